package page

import (
	"encoding/binary"
	"math"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// pageData is the JSON in a page that its script draws. A page of maps is a film of one frame.
type pageData struct {
	Run       string             `json:"run"`
	Step      int                `json:"step"`
	Selected  string             `json:"-"`    // follows the step: why these weights are the model
	Noun      string             `json:"noun"` // what a token is: word or character
	Film      bool               `json:"film"`
	Light     pageScale          `json:"light"`
	Dark      pageScale          `json:"dark"`
	SinkNote  string             `json:"sinkNote"` // why the column of an attention sink is grey
	Baseline  string             `json:"baseline"` // whose weights are the second frame; "": none
	Shown     string             `json:"shown"`    // in the grid at first: attention or norm
	Sentences []pageSentence     `json:"sentences"`
	Frames    []pageFrame        `json:"frames"` // at least one
	Model     int                `json:"model"`  // the frame of the model's weights
	Formed    []attention.Formed `json:"formed"`
	Least     float64            `json:"least"` // weight of those that formed, at the end of a film
	Chart     *pageChart         `json:"chart"` // of the losses of a film
}

// pageScale is the colours of numbers on one background, evenly spaced.
type pageScale struct {
	Weights     []string `json:"weights"`     // from 0 to 1
	Sink        []string `json:"sink"`        // the same in the column of an attention sink
	Differences []string `json:"differences"` // from -1 to 1
}

// pageSentence is what stays the same of a sentence in every frame.
type pageSentence struct {
	Text    string     `json:"text"`
	Name    string     `json:"name"`    // of the map; "": attention
	Titles  [][]string `json:"titles"`  // of each choice, [1+layer][1+head], where 0 is the mean
	Tokens  []string   `json:"tokens"`  // as spelling shows them
	Unknown []int      `json:"unknown"` // positions of the tokens that the vocabulary lacks
	Layers  int        `json:"layers"`
	Heads   int        `json:"heads"`
	Joined  bool       `json:"joined"` // the tokens hold the spaces between words
	// Start is the layer and head shown first, Important those of the head with the largest effect on the likeliest next word; -1
	// is the mean.
	Start     [2]int       `json:"start"`
	Important *[2]int      `json:"important"` // null where no head matters much, or effects were not measured
	Effects   [][]float64  `json:"effects"`   // [layer][head] of a zero ablation, in nats; null where they were not measured
	Vectors   *pageVectors `json:"vectors"`   // null where the map has none
	Products  floats       `json:"products"`  // [layer][key][head][head], see attention.Map; null where the map has none
}

// pageFrame is the sentences at one step.
type pageFrame struct {
	Step      int           `json:"step"`
	Loss      *float64      `json:"loss"` // of a film
	Sentences []pageWeights `json:"sentences"`
}

// pageWeights is what changes of a sentence from frame to frame.
type pageWeights struct {
	Weights floats                   `json:"weights"` // [layer][head][query][key up to the query]
	Next    []attention.Prediction   `json:"next"`    // after the last token
	NextAt  [][]attention.Prediction `json:"nextAt"`  // after each token; empty where the map has none
	Sinks   [][]bool                 `json:"sinks"`   // of each choice, as the titles: the first key is an attention sink
}

// pageVectors are what the weights of a sentence were computed from: vectors [layer][head][position][headDim], and scores as the
// weights.
type pageVectors struct {
	HeadDim int    `json:"headDim"`
	Query   floats `json:"query"`
	Key     floats `json:"key"`
	Value   floats `json:"value"`
	Scores  floats `json:"scores"` // [layer][head][query][key up to the query]
}

// floats are float32 numbers as their little-endian bytes, which JSON writes in base64: 5.3
// characters a number, fewer than four decimals take, and the very number that the op computed.
type floats []byte

func (f *floats) add(rows ...[]float32) {
	for _, row := range rows {
		for _, x := range row {
			*f = binary.LittleEndian.AppendUint32(*f, math.Float32bits(x))
		}
	}
}

// newPageData begins the data of a page.
func newPageData(s attention.Source) *pageData {
	return &pageData{Shown: "attention", Run: printable.Path(s.Run), Step: s.Step, Selected: render.Selected(s),
		Formed: []attention.Formed{}, SinkNote: render.SinkNote,
		Light: pageScaleOf(render.OnLight()), Dark: pageScaleOf(render.OnDark())}
}

func pageScaleOf(s render.Scale) (p pageScale) {
	const steps = 20 // from 0 to 1, and from 0 to -1
	for i := -steps; i <= steps; i++ {
		x := float64(i) / steps
		if i >= 0 {
			p.Weights, p.Sink = append(p.Weights, render.Hex(s.Weight(x))), append(p.Sink, render.Hex(s.Sink(x)))
		}
		p.Differences = append(p.Differences, render.Hex(s.Difference(x)))
	}
	return p
}

// pageSentenceOf copies what stays the same of a valid map, of which the selection is shown first.
func pageSentenceOf(m attention.Map, shown render.Selection) pageSentence {
	s := pageSentence{Text: printable.Sentence(m.Text), Name: printable.Sentence(m.Name), Unknown: []int{},
		Layers: len(m.Attention), Heads: len(m.Attention[0]), Joined: strings.HasSuffix(m.Text, strings.Join(m.Tokens, "")), Effects: m.Effects}
	start, _ := shown.Of(m)
	s.Start = [2]int{start.Layer, start.Head}
	if heads := m.Important(); len(heads) > 0 {
		s.Important = &[2]int{heads[0].Layer, heads[0].Head}
	}
	s.Titles = attention.PerHead(1+s.Layers, 1+s.Heads, func(layer, head int) string { return render.Title(m, layer-1, head-1) })
	for i, token := range m.Tokens {
		s.Tokens = append(s.Tokens, render.Spelling(token))
		if m.IsUnknown(i) {
			s.Unknown = append(s.Unknown, i)
		}
	}
	if m.Vectors != nil {
		s.Vectors = &pageVectors{HeadDim: len(m.Vectors[0][0].Query[0])}
	}
	for _, keys := range m.Products {
		for _, rows := range keys {
			for _, row := range rows {
				for _, product := range row {
					s.Products.add([]float32{float32(product)})
				}
			}
		}
	}
	for _, heads := range m.Vectors {
		for _, v := range heads {
			s.Vectors.Query.add(v.Query...)
			s.Vectors.Key.add(v.Key...)
			s.Vectors.Value.add(v.Value...)
			s.Vectors.Scores.add(v.Scores...)
		}
	}
	return s
}

// pageWeightsOf copies the weights of a valid map, without the future, which is always 0.
func pageWeightsOf(m attention.Map) pageWeights {
	w := pageWeights{Next: spelled(m.Next), NextAt: [][]attention.Prediction{}}
	for _, heads := range m.Attention {
		for _, weights := range heads {
			for q, row := range weights {
				w.Weights.add(row[:q+1])
			}
		}
	}
	for _, next := range m.NextAt {
		w.NextAt = append(w.NextAt, spelled(next))
	}
	w.Sinks = attention.PerHead(1+len(m.Attention), 1+len(m.Attention[0]), func(layer, head int) bool {
		return render.Sink(m, m.Mean(layer-1, head-1))
	})
	return w
}

// spelled is predictions with their words as people read them.
func spelled(next []attention.Prediction) []attention.Prediction {
	list := make([]attention.Prediction, len(next))
	for i, p := range next {
		list[i] = attention.Prediction{Word: render.Spelling(p.Word), ID: p.ID, Probability: p.Probability}
	}
	return list
}
