package page

import (
	"encoding/binary"
	"math"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// pageData is what a page knows: the JSON in it that its script draws. A page of maps is a film of one frame.
type pageData struct {
	Run       string             `json:"run"`
	Step      int                `json:"step"`
	Film      bool               `json:"film"`
	Scale     []string           `json:"scale"`    // evenly spaced colours of the weights 0 to 1
	Signed    []string           `json:"signed"`   // and of the differences -1 to 1
	Baseline  string             `json:"baseline"` // whose weights are the second frame; "": none
	Sentences []pageSentence     `json:"sentences"`
	Frames    []pageFrame        `json:"frames"` // at least one
	Formed    []attention.Formed `json:"formed"`
}

// pageSentence is what stays the same of a sentence in every frame.
type pageSentence struct {
	Text    string       `json:"text"`
	Name    string       `json:"name"`    // of the map; "": attention
	Titles  [][]string   `json:"titles"`  // of each choice, [1+layer][1+head], where 0 is the mean
	Tokens  []string     `json:"tokens"`  // as spelling shows them
	Unknown []int        `json:"unknown"` // positions of the tokens that the vocabulary lacks
	Layers  int          `json:"layers"`
	Heads   int          `json:"heads"`
	Vectors *pageVectors `json:"vectors"` // null where the map has none
}

// pageFrame is the sentences at one step.
type pageFrame struct {
	Step      int           `json:"step"`
	Loss      float64       `json:"loss"` // of a film
	Sentences []pageWeights `json:"sentences"`
}

// pageWeights is what changes of a sentence from frame to frame.
type pageWeights struct {
	Weights floats                 `json:"weights"` // [layer][head][query][key up to the query]
	Next    []attention.Prediction `json:"next"`
}

// pageVectors are what the weights of a sentence were computed from: vectors [layer][head][position][headDim], and scores as the weights.
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
	d := &pageData{Run: printable.Path(s.Run), Step: s.Step, Formed: []attention.Formed{}}
	const steps = 8 // from 0 to 1, and from 0 to -1
	scale := render.OnLight()
	for i := -steps; i <= steps; i++ {
		if i >= 0 {
			d.Scale = append(d.Scale, render.Hex(scale.Weight(float64(i)/steps)))
		}
		d.Signed = append(d.Signed, render.Hex(scale.Difference(float64(i)/steps)))
	}
	return d
}

// pageSentenceOf copies what stays the same of a valid map.
func pageSentenceOf(m attention.Map) pageSentence {
	s := pageSentence{Text: printable.Sentence(m.Text), Name: printable.Sentence(m.Name), Unknown: []int{},
		Layers: len(m.Attention), Heads: len(m.Attention[0])}
	s.Titles = attention.PerHead(1+s.Layers, 1+s.Heads, func(layer, head int) string { return render.Title(m, layer-1, head-1) })
	for i, token := range m.Tokens {
		s.Tokens = append(s.Tokens, render.Spelling(token))
		if m.Unknown != nil && m.Unknown[i] {
			s.Unknown = append(s.Unknown, i)
		}
	}
	if m.Vectors != nil {
		s.Vectors = &pageVectors{HeadDim: len(m.Vectors[0][0].Query[0])}
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
	w := pageWeights{Next: []attention.Prediction{}}
	for _, heads := range m.Attention {
		for _, weights := range heads {
			for q, row := range weights {
				w.Weights.add(row[:q+1])
			}
		}
	}
	for _, p := range m.Next {
		w.Next = append(w.Next, attention.Prediction{Word: render.Spelling(p.Word), Probability: p.Probability})
	}
	return w
}
