package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"attend/data"
	"attend/embed"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// Savanna is the value of Settings.Data that stands for the built-in corpus.
const Savanna = "savanna"

// Settings are all that decides a training's outcome, and nothing else. The keys of the
// YAML form are the names of the program's flags.
type Settings struct {
	Data     string  `yaml:"data"`      // "savanna", or the path of a text
	Unit     string  `yaml:"unit"`      // word: one sentence a line; char: one long text
	HoldOut  float64 `yaml:"holdout"`   // share kept from training, 0 < holdout < 1
	MinCount int     `yaml:"min-count"` // rarer tokens become <unk>, >= 1

	Layers     int     `yaml:"layers"`
	Heads      int     `yaml:"heads"`
	Dim        int     `yaml:"dim"`
	Hidden     int     `yaml:"hidden"`  // 0: four times dim
	Context    int     `yaml:"context"` // tokens; 0: as the text needs
	Positions  string  `yaml:"positions"`
	Activation string  `yaml:"activation"`
	Tied       bool    `yaml:"tied"`
	Dropout    float64 `yaml:"dropout"`

	Batch       int     `yaml:"batch"`
	Steps       int     `yaml:"steps"`
	Optimizer   string  `yaml:"optimizer"`
	LR          float64 `yaml:"lr"`
	MinLR       float64 `yaml:"min-lr"`
	Warmup      int     `yaml:"warmup"`
	WeightDecay float64 `yaml:"weight-decay"`
	Beta1       float64 `yaml:"beta1"`
	Beta2       float64 `yaml:"beta2"`
	Momentum    float64 `yaml:"momentum"`
	Clip        float64 `yaml:"clip"`
	Seed        uint64  `yaml:"seed"`

	EvalInterval int    `yaml:"eval-interval"` // updates between evaluations
	SaveInterval int    `yaml:"save-interval"` // updates between checkpoints
	Probe        string `yaml:"probe"`         // sentence whose map is shown and filmed
}

// Defaults are the settings of `attend train` without flags: the toy transformer on the savanna.
func Defaults() Settings {
	return Settings{
		Data: Savanna, Unit: string(data.Word), HoldOut: 0.1, MinCount: 2,
		Layers: 1, Heads: 4, Dim: 32,
		Positions: embed.Learned, Activation: layers.GELU, Tied: true,
		Batch: 32, Steps: 1500, Optimizer: string(train.AdamW),
		LR: 1e-2, MinLR: 1e-4, Warmup: 100, WeightDecay: 0.01, Beta1: 0.9, Beta2: 0.98, Momentum: 0.9, Clip: 1, Seed: 1,
		EvalInterval: 100, SaveInterval: 500,
	}
}

// Most tokens that an automatic context grows to, and the context of characters.
const (
	longestAutomatic = 512
	charContext      = 64
	seedSentence     = "The lion saw the zebra near the"
	charProbe        = 24
)

// Options returns how to read the text. Its seed is that of the split.
func (s Settings) Options() (data.Options, error) {
	unit, err := data.ParseUnit(s.Unit)
	return data.Options{Unit: unit, HoldOut: s.HoldOut, MinCount: s.MinCount, Seed: s.Seed}, err
}

// Resolve fills in what the settings leave to the text (context, hidden, probe) and
// checks all of them together.
func (s Settings) Resolve(corpus *data.Corpus) (Settings, error) {
	if s.Hidden == 0 {
		s.Hidden = 4 * s.Dim
	}
	longest := max(corpus.Train.LongestInput(), corpus.HeldOut.LongestInput())
	if !corpus.Vocabulary.Layout().Sentences() {
		if s.Context == 0 {
			s.Context = charContext
		}
	} else if s.Context == 0 {
		if longest > longestAutomatic {
			return s, fmt.Errorf("line %d of %s has %d words: split it into sentences, or set --context %d", corpus.LongestLine, corpus.Name, longest-1, longest)
		}
		s.Context = longest
	} else if longest > s.Context {
		return s, fmt.Errorf("line %d of %s has %d words, which with the boundary token do not fit a context of %d: set --context %d, or split the line",
			corpus.LongestLine, corpus.Name, longest-1, s.Context, longest)
	}
	if s.Probe == "" {
		s.Probe = defaultProbe(corpus, s.Context)
	}
	if s.EvalInterval < 1 || s.SaveInterval < 1 {
		return s, fmt.Errorf("eval-interval and save-interval must be at least 1, not %d and %d", s.EvalInterval, s.SaveInterval)
	}
	return s, cmp.Or(s.Model(corpus.Vocabulary.Len()).Validate(), s.Training().Validate())
}

// defaultProbe chooses the sentence that a training shows when none is given.
func defaultProbe(corpus *data.Corpus, context int) string {
	if corpus.Grammar != nil {
		return seedSentence
	}
	if !corpus.Vocabulary.Layout().Sentences() {
		runes := []rune(corpus.HeldOutText[0])
		runes = runes[:min(len(runes), charProbe, context)]
		for len(runes) > 1 {
			if tokens, err := corpus.Vocabulary.Tokenize(string(runes)); err != nil || len(tokens) <= context {
				break
			}
			runes = runes[:len(runes)-1]
		}
		return string(runes)
	}
	for _, text := range corpus.HeldOutText {
		if tokens, err := corpus.Vocabulary.Tokenize(text); err == nil {
			if _, unknown := corpus.Vocabulary.Encode(tokens); unknown < len(tokens) {
				return text
			}
		}
	}
	return corpus.TrainText[0]
}

// Model returns the sizes of the transformer for a vocabulary.
func (s Settings) Model(vocab int) layers.Config {
	return layers.Config{
		Vocab: vocab, Context: s.Context, Layers: s.Layers, Heads: s.Heads, Dim: s.Dim, Hidden: s.Hidden,
		Positions: s.Positions, Norm: layers.LayerNormName, Activation: s.Activation, Tied: s.Tied, Dropout: s.Dropout,
	}
}

// Training returns the settings of the updates.
func (s Settings) Training() train.Config {
	return train.Config{
		Batch: s.Batch, Seq: s.Context, Steps: s.Steps, Seed: s.Seed, Optimizer: train.Optimizer(s.Optimizer),
		LearningRate: s.LR, MinRate: s.MinLR, Warmup: s.Warmup, WeightDecay: s.WeightDecay,
		Beta1: s.Beta1, Beta2: s.Beta2, Momentum: s.Momentum, Clip: s.Clip,
	}
}

// YAML returns the settings as a file for --config.
func (s Settings) YAML() ([]byte, error) { return yaml.Marshal(s) }

// identity returns the settings that a run keeps for good: all but those that may change
// when it goes on.
func (s Settings) identity() ([]byte, error) {
	s.Steps, s.EvalInterval, s.SaveInterval = 0, 0, 0
	return s.YAML()
}

// formatKey is the key of the version of the folder's format in training.yaml. It is no setting.
const formatKey = "format-version"

// ParseYAML reads settings over the given ones: keys that the file lacks keep their value, a
// key that does not exist is an error.
func ParseYAML(b []byte, over Settings) (Settings, error) {
	s, _, err := parseYAML(b, over)
	return s, err
}

// parseYAML is [ParseYAML] with the version of the format, 1 if the file names none.
func parseYAML(b []byte, over Settings) (Settings, int, error) {
	given := struct {
		Format   yaml.Node `yaml:"format-version"`
		Settings `yaml:",inline"`
	}{Settings: over}
	if err := checkDecimal(b); err != nil {
		return over, 0, err
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	err := d.Decode(&given)
	if errors.Is(err, io.EOF) { // an empty file sets nothing
		return over, 1, nil
	}
	if err != nil {
		return over, 0, err
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return over, 0, errors.New("the file holds a second document after ---: settings are one")
	}
	format, err := parseFormat(given.Format)
	if err != nil {
		return over, 0, err
	}
	return given.Settings, format, checkWhole(b, given.Settings)
}

// parseFormat reads the version of the format, 1 if there is none.
func parseFormat(n yaml.Node) (int, error) {
	if n.IsZero() {
		return 1, nil
	}
	format, err := strconv.Atoi(n.Value)
	switch {
	case n.ShortTag() != "!!int" || err != nil || format < 1:
		came := printable.Quote(n.Value)
		if n.Kind != yaml.ScalarNode {
			came = "a list or a group"
		}
		return 0, fmt.Errorf("line %d: %s is a whole number from 1 to %d, not %s: restore the file from a copy, or train again", n.Line, formatKey, LatestFormat, came)
	case format > LatestFormat:
		return 0, fmt.Errorf("%s is %d and this version of attend knows 1 to %d: use the version that wrote the file, or a newer one", formatKey, format, LatestFormat)
	}
	return format, nil
}

// notDecimal matches the numbers of YAML that mean something else than their digits in base 10, or have underscores.
var notDecimal = regexp.MustCompile(`^[-+]?0[0-9bBoOxX_]|_`)

// checkDecimal returns an error for the first number that is not written in decimal digits: YAML reads 010 as 8, as it does 0o10.
func checkDecimal(b []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(b, &document); err != nil {
		return err
	}
	var check func(n *yaml.Node) error
	check = func(n *yaml.Node) error {
		if tag := n.ShortTag(); n.Kind == yaml.ScalarNode && (tag == "!!int" || tag == "!!float") && notDecimal.MatchString(n.Value) {
			return fmt.Errorf("line %d: %s is not a number in decimal digits: write 10 for ten, and a text in quotes", n.Line, n.Value)
		}
		for _, child := range n.Content { // an alias has none: what it stands for was checked where it is written
			if err := check(child); err != nil {
				return err
			}
		}
		return nil
	}
	return check(&document)
}

// checkWhole returns an error if a setting that is a whole number was given with a fraction,
// which the library would cut off.
func checkWhole(b []byte, s Settings) error {
	read, err := s.YAML()
	if err != nil {
		return err
	}
	var given, got map[string]any
	if err := errors.Join(yaml.Unmarshal(b, &given), yaml.Unmarshal(read, &got)); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		fraction, _ := given[key].(float64)
		if whole, ok := got[key].(int); ok && fraction != math.Trunc(fraction) {
			return fmt.Errorf("%s must be a whole number such as %d, not %g", key, whole, fraction)
		}
	}
	return nil
}
