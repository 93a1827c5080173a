package play

import (
	"encoding/json"

	"attend/internal/attention"
	"attend/train"
)

// version is that of the messages. It rises when a field is removed or changes its meaning.
const version = 1

// Envelope has the fields of every message.
type Envelope struct {
	ID int64  `json:"id"` // returned with the reply
	Do string `json:"do"` // the name of the message
}

// Reply is the answer to a message: a result or an error.
type Reply struct {
	ID     int64  `json:"id"`
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"` // one line: what was wanted, what came, what to do
}

// Configure starts a new training. Settings that are not given have the value of the preset or, without one, the default.
type Configure struct {
	Envelope
	Preset   string            `json:"preset"`   // its text and settings; "": Text
	Text     string            `json:"text"`     // own text; "" without a preset: the text and the settings of the present training
	FileName string            `json:"fileName"` // of the text, for the command and the exported run
	Settings map[string]string `json:"settings"` // by name, as a person writes them
	Sentence string            `json:"sentence"` // sample sentence; "": that of the preset, or one of the text without its last word
}

// State is a training as it is.
type State struct {
	Settings map[string]string `json:"settings"` // all, resolved
	Changed  map[string]string `json:"changed"`  // those that the command gives, without text and sentence
	Corpus   *CorpusState      `json:"corpus"`   // null if a run is open without its text

	Parameters int    `json:"parameters"`
	Step       int    `json:"step"`  // updates so far
	Steps      int    `json:"steps"` // of the whole training
	Sentence   string `json:"sentence"`

	Baselines       []Baseline `json:"baselines"`
	Command         string     `json:"command"`         // that repeats the training; "" if it is withheld
	CommandWithheld string     `json:"commandWithheld"` // why no command repeats it; ""
	CommandFile     string     `json:"commandFile"`     // the file that it reads, which a zip of the run holds; "" for a built-in text

	Points       []Point `json:"points"`
	Frames       []int   `json:"frames"` // the steps of the frames of the film, see [Frame]
	Map          Map     `json:"map"`
	ShownStep    int     `json:"shownStep"`    // updates of the weights of the map
	SelectedStep *int    `json:"selectedStep"` // updates of the weights that the run keeps, by their held-out loss
	StepSeconds  float64 `json:"stepSeconds"`  // estimate of the time of an update, from the speed of the latest ones
	CanTrain     bool    `json:"canTrain"`     // false for a run that is open without its text
}

// CorpusState describes a text.
type CorpusState struct {
	Name             string   `json:"name"`
	Unit             string   `json:"unit"` // of a token: "words" or "characters"
	TrainSentences   int      `json:"trainSentences"`
	HeldOutSentences int      `json:"heldOutSentences"`
	Tokens           int      `json:"tokens"` // predicted, in the training text
	Vocab            int      `json:"vocab"`
	Notes            []string `json:"notes"`
}

// Baseline is the loss of a model without attention, or of the grammar that drew the text, on what the held-out losses of the points
// are measured on.
type Baseline struct {
	Name    string  `json:"name"` // uniform, unigram, bigram, trigram or exact
	Loss    float64 `json:"loss"`
	Meaning string  `json:"meaning"`
}

// Point is an evaluation during a training.
type Point struct {
	Step         int      `json:"step"`
	Loss         float64  `json:"loss"`    // of the last batch; at step 0 of the text of an evaluation
	HeldOut      *float64 `json:"heldOut"` // null if nothing is held out
	LearningRate float64  `json:"learningRate"`
}

// Map is an [attention.Map].
type Map struct {
	Text      string                   `json:"text"`
	Omitted   int                      `json:"omitted"`           // tokens at the beginning of the text that the context is too short for
	Tokens    []string                 `json:"tokens"`            // [seq], the boundary token first in a run on words
	Unknown   []bool                   `json:"unknown"`           // [seq] whether a token is not in the vocabulary
	Attention [][][][]float32          `json:"attention"`         // [layer][head][query][key], 0 for later keys
	Next      []attention.Prediction   `json:"next"`              // after the last token
	NextAt    [][]attention.Prediction `json:"nextAt"`            // [seq] after each token
	Vectors   [][]HeadVectors          `json:"vectors,omitempty"` // [layer][head], if asked for
}

// HeadVectors is an [attention.HeadVectors].
type HeadVectors struct {
	Query  [][]float32 `json:"query"`  // [seq][headDim]
	Key    [][]float32 `json:"key"`    // likewise
	Value  [][]float32 `json:"value"`  // likewise
	Scores [][]Score   `json:"scores"` // [query][key up to the query]
	Z      [][]float32 `json:"z"`      // [seq][headDim]
}

// Score is the score of a key. That of removed attention is -Inf, and null in JSON.
type Score float32

// MarshalJSON writes null for a score that is not finite.
func (s Score) MarshalJSON() ([]byte, error) {
	if s-s != 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float32(s))
}

// scoresOf returns the scores of a head as a message has them.
func scoresOf(rows [][]float32) [][]Score {
	out := make([][]Score, len(rows))
	for query, row := range rows {
		for _, x := range row {
			out[query] = append(out[query], Score(x))
		}
	}
	return out
}

// mapOf returns a map as a message has it.
func mapOf(m attention.Map) Map {
	out := Map{Text: m.Text, Omitted: m.Omitted, Tokens: m.Tokens, Unknown: m.Unknown, Attention: m.Attention, Next: m.Next, NextAt: m.NextAt}
	for _, heads := range m.Vectors {
		var vectors []HeadVectors
		for _, v := range heads {
			vectors = append(vectors, HeadVectors{v.Query, v.Key, v.Value, scoresOf(v.Scores), v.Z})
		}
		out.Vectors = append(out.Vectors, vectors)
	}
	return out
}

// Step makes updates until there are so many, or until the time is over: at least one.
type Step struct {
	Envelope
	Updates      int     `json:"updates"`
	Milliseconds float64 `json:"milliseconds"` // 0: a minute, the most
}

// Progress is the result of updates.
type Progress struct {
	Step            int      `json:"step"`
	Steps           int      `json:"steps"`
	Loss            float64  `json:"loss"`         // of the last batch before its update
	HeldOut         *float64 `json:"heldOut"`      // of the latest evaluation
	GradientNorm    float64  `json:"gradientNorm"` // before clipping
	LearningRate    float64  `json:"learningRate"` // of the last update
	TokensPerSecond float64  `json:"tokensPerSecond"`

	Points       []Point                `json:"points"` // of the evaluations among the updates
	Frames       []int                  `json:"frames"` // the steps of the frames that were added to the film
	Map          *Map                   `json:"map"`    // null if the weights of a training that diverged have none
	PlainNext    []attention.Prediction `json:"plainNext,omitempty"`
	AfterNext    []float64              `json:"afterNext,omitempty"` // of the words of plainNext, with the interventions
	Effect       *Effect                `json:"effect,omitempty"`
	ShownStep    int                    `json:"shownStep"`
	SelectedStep *int                   `json:"selectedStep"`
	Births       []Birth                `json:"births"`

	Stopped string `json:"stopped"` // "", "steps", "loss", "flat" or "diverged"
	Reason  string `json:"reason"`  // one sentence, if it has stopped
}

// Birth is a link of the sentence shown that has, at an evaluation for the first time since the sentence is shown, a weight of bornAt or
// more.
type Birth struct {
	Layer int `json:"layer"`
	Head  int `json:"head"`
	Query int `json:"query"`
	Key   int `json:"key"`
	Step  int `json:"step"`
}

// StopAt says when step ends by itself. More steps than the training has are more steps of the training.
type StopAt struct {
	Envelope
	Steps int      `json:"steps"` // 0: all of the training
	Loss  *float64 `json:"loss"`  // held-out loss, or that of the batches if nothing is held out
	Flat  bool     `json:"flat"`  // when evaluations no longer lower the loss
}

// Rate changes the maximum learning rate, the setting lr, for all later updates.
type Rate struct {
	Envelope
	LearningRate float64 `json:"learningRate"` // 0: that of the settings
}

// RateChanged is the result of [Rate].
type RateChanged struct {
	LearningRate float64 `json:"learningRate"` // the maximum, as it is now
	NextRate     float64 `json:"nextRate"`     // of the next update
	Commanded
}

// Commanded is the command of a training, as [State] has it.
type Commanded struct {
	Command         string `json:"command"`
	CommandWithheld string `json:"commandWithheld"`
}

// StepsChanged is the result of [StopAt].
type StepsChanged struct {
	Steps int `json:"steps"` // of the whole training
	Commanded
}

// Show sets the sentence and the interventions of the maps, here and in the later replies to step.
type Show struct {
	Envelope
	Sentence      string         `json:"sentence"` // "": the present one
	Interventions []Intervention `json:"interventions"`
	Vectors       bool           `json:"vectors"` // whether this map has the vectors
}

// Intervention changes the shown forward pass. Without query and key it is the zero ablation of a head. With them the attention of
// the query to the key is removed, and its row renormalised; -1 is all layers or all heads.
type Intervention struct {
	Layer int  `json:"layer"`
	Head  int  `json:"head"`
	Query *int `json:"query,omitempty"`
	Key   *int `json:"key,omitempty"`
}

// Shown is the result of [Show].
type Shown struct {
	Map         Map                      `json:"map"`       // with the interventions
	PlainNext   []attention.Prediction   `json:"plainNext"` // without them
	PlainNextAt [][]attention.Prediction `json:"plainNextAt"`
	AfterNext   []float64                `json:"afterNext,omitempty"`   // probabilities of the words of plainNext with the interventions
	AfterNextAt [][]float64              `json:"afterNextAt,omitempty"` // likewise of plainNextAt
	Unknown     []bool                   `json:"unknown"`
	Effect      *Effect                  `json:"effect"` // null without interventions
	ShownStep   int                      `json:"shownStep"`
}

// Effect is that of the interventions on the prediction after one token: the most likely word there without them.
type Effect struct {
	Position   int     `json:"position"` // of the token
	Word       string  `json:"word"`     // that is predicted without interventions
	Before     float64 `json:"before"`   // its probability without them
	After      float64 `json:"after"`    // with them
	Nats       float64 `json:"nats"`     // ln before - ln after
	NoiseFloor float64 `json:"noiseFloor"`
	Words      string  `json:"words"`
}

// Frame asks for the map of the sample sentence at a step.
type Frame struct {
	Envelope
	Step int `json:"step"`
}

// FrameShown is the latest frame of the film up to a step.
type FrameShown struct {
	Step int `json:"step"`
	Map  Map `json:"map"`
}

// Description is what a page needs to draw its controls.
type Description struct {
	Version      int       `json:"version"`
	Instructions string    `json:"instructions"` // the kernels in use, such as "wasm-simd"
	Settings     []Setting `json:"settings"`
	Presets      []Preset  `json:"presets"`
}

// Setting describes a control.
type Setting struct {
	Name        string   `json:"name"`
	Group       string   `json:"group"`
	Meaning     string   `json:"meaning"`
	Default     string   `json:"default"`
	Kind        string   `json:"kind"` // "number", "integer", "choice", "text" or "switch"
	Low         *float64 `json:"low"`  // null: no limit
	High        *float64 `json:"high"`
	OpenLow     bool     `json:"openLow"` // that end is not part of the range
	OpenHigh    bool     `json:"openHigh"`
	Choices     []string `json:"choices"`
	Logarithmic bool     `json:"logarithmic"` // its values are spread by their logarithms
	Structural  bool     `json:"structural"`  // a change starts a new training
}

// Preset is a text with settings.
type Preset struct {
	Name     string            `json:"name"`
	Title    string            `json:"title"`
	Meaning  string            `json:"meaning"` // of a bad one: why it goes wrong
	Good     bool              `json:"good"`
	Settings map[string]string `json:"settings"`
	Sentence string            `json:"sentence"`

	text     string // "": the built-in text of the name
	fileName string
}

// pointOf returns an evaluation as a message has it.
func pointOf(s train.Step, heldOut *float64) Point {
	return Point{Step: s.Step, Loss: s.Loss, HeldOut: heldOut, LearningRate: s.LearningRate}
}
