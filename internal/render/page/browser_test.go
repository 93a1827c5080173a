package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// hostile are words that would act, hide or steer if they were anything but text.
func hostile() attention.Map {
	tokens := []string{"<s>", "<script>alert(1)</script>", "</script><script>alert(2)</script>", "<!--", "<img src=x onerror=alert(3)>",
		`"onmouseover="alert(4)`, "&lt;b&gt;", "{{.}}", "${alert(5)}", "\u2028", "\x1b[31m", "\u202eabc", "", strings.Repeat("long", 300)}
	m := attentiontest.Made(strings.Join(tokens, " "), tokens, 1, 2)
	m.Next = []attention.Prediction{{Word: "<script>alert(6)</script>", Probability: 0.5}}
	return m
}

// wide is the page that must stay small: 12 heads over 64 words, with their vectors.
func wide() attention.Map {
	words := strings.Fields("<s> " + strings.Repeat("the antelope under the tree watched the hyenas because the ", 7))[:64]
	return attentiontest.WithVectors(attentiontest.Made("the antelope under the tree", words, 1, 12), 64)
}

// many is a sentence of more words than a grid shows large.
func many() attention.Map {
	text := strings.Repeat("the antelope under the tree ", 5)
	return attentiontest.Made(text, strings.Fields("<s> " + text)[:24], 2, 3)
}

// lions are two sentences of one page: with vectors in two layers, and with unknown and foreign words.
func lions() []attention.Map {
	m := attentiontest.WithVectors(attentiontest.Made("The lion saw the zebra near the", strings.Fields("<s> The lion saw the zebra near the"), 2, 3), 5)
	m.Next = attentiontest.Lion().Next
	return []attention.Map{m, attentiontest.Foreign()}
}

// besides is what lions are compared with: every word that a query sees alike.
func besides() []attention.Baseline {
	var list []attention.Baseline
	for _, m := range lions() {
		b := attentiontest.Made(m.Text, m.Tokens, len(m.Attention), len(m.Attention[0]))
		for _, heads := range b.Attention {
			for _, weights := range heads {
				for q := range weights {
					for k := range q + 1 {
						weights[q][k] = 1 / float32(q+1)
					}
				}
			}
		}
		list = append(list, attention.Baseline{Name: "uniform", Map: b})
	}
	return list
}

// measured is a sentence of two layers with the effect of each head and the likely next words after each token.
func measured() attention.Map {
	m := lions()[0]
	m.Effects = [][]float64{{0.01, -0.2, 0.3}, {0.05, 2.5, 0}}
	for i := range m.Tokens {
		m.NextAt = append(m.NextAt, []attention.Prediction{
			{Word: fmt.Sprintf("next%d", i), Probability: 0.9}, {Word: "other", Probability: 0.05}})
	}
	return m
}

// normed is a sentence of two layers of three heads with the norms of what attention adds: the vectors that the heads would add
// with a weight of 1 are made up.
func normed() attention.Map {
	m := lions()[0]
	vector := func(layer, head, key int) [2]float64 {
		return [2]float64{float64((layer*5+head*3+key)%4) - 1.5, float64((layer+head*2+key*3)%5) - 1}
	}
	for layer, of := range m.Attention {
		products := make([][][]float64, len(m.Tokens))
		for k := range products {
			products[k] = make([][]float64, len(of))
			for a := range of {
				for b := range of {
					u, v := vector(layer, a, k), vector(layer, b, k)
					products[k][a] = append(products[k][a], u[0]*v[0]+u[1]*v[1])
				}
			}
		}
		m.Products = append(m.Products, products)
	}
	return m
}

// characters is a text of n characters in 2 layers of 4 heads, with vectors.
func characters(n int) attention.Map {
	var tokens []string
	for i := range n {
		tokens = append(tokens, string([]rune("the lion saw\n")[i%13]))
	}
	m := attentiontest.WithVectors(attentiontest.Made(strings.Join(tokens, ""), tokens, 2, 4), 16)
	m.Next = []attention.Prediction{{Word: "t", Probability: 0.5}}
	for range n {
		m.NextAt = append(m.NextAt, m.Next)
	}
	return m
}

// sinks is a map of which the boundary token is an attention sink in the first head and not in the second.
func sinks() attention.Map {
	m := attentiontest.Made("the lion saw", []string{"<s>", "the", "lion", "saw"}, 1, 2)
	for h, first := range []float64{3, 0.1} {
		m.Attention[0][h] = attentiontest.Causal(4, func(_, k int) float64 {
			if k == 0 {
				return first
			}
			return 1
		})
	}
	return m
}

// forming is a film of six frames in which the links of a sentence grow.
func forming() []attention.Frame {
	m := attentiontest.Lion()
	var frames []attention.Frame
	for i := range 6 {
		s := attention.Map{Encoded: attention.Encoded{Text: m.Text, Tokens: m.Tokens}, Next: m.Next}
		var heads [][][]float32
		for h := range 2 {
			heads = append(heads, attentiontest.Causal(len(m.Tokens), func(q, k int) float64 { return float64(i*((q*7+k*3+h*2)%5)) / 2 }))
		}
		s.Attention = [][][][]float32{heads}
		for q := range m.Tokens {
			s.NextAt = append(s.NextAt, []attention.Prediction{{Word: fmt.Sprintf("next%d.%d", i, q), Probability: 0.9}})
		}
		frames = append(frames, attention.Frame{Step: 50 * i, HeldOutLoss: new(4.5 / float64(i+1)), Sentences: []attention.Map{s}})
	}
	return frames
}

// unchosen is the selection of a command without --layer and --head.
func unchosen() render.Selection { return render.Selection{Layer: attention.All, Head: attention.All} }

// writePages writes the pages that the browser opens, and beside each what it must show.
func writePages(t *testing.T, folder string) {
	t.Helper()
	film := forming()
	var losses []Loss
	for i, f := range film {
		losses = append(losses, Loss{Step: f.Step, Training: *f.HeldOutLoss / float64(2+i), HeldOut: f.HeldOutLoss})
	}
	pages := map[string]func(b *bytes.Buffer) error{
		"map": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/lion", Step: 120}, lions(), nil, unchosen())
		},
		"wide": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/wide", Step: 1}, []attention.Map{wide()}, nil, unchosen())
		},
		"many": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/many", Step: 1}, []attention.Map{many()}, nil, unchosen())
		},
		"hostile": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "<script>alert(0)</script>", Step: 1}, []attention.Map{hostile()}, nil, unchosen())
		},
		"beside": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/lion", Step: 120}, lions(), besides(), unchosen())
		},
		"measured": func(b *bytes.Buffer) error {
			before := measured() // predicts another word, of which nothing is said
			before.Next, before.NextAt, before.Vectors, before.Effects = []attention.Prediction{{Word: "another", Probability: 0.5}}, nil, nil, nil
			return Maps(b, attention.Source{Run: "runs/lion", Step: 120}, []attention.Map{measured()},
				[]attention.Baseline{{Name: "untrained", Map: before}}, unchosen())
		},
		"chosen": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/lion", Step: 120}, []attention.Map{measured()}, nil, render.Selection{Layer: 0, Head: 2})
		},
		"norms": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/lion", Step: 120}, []attention.Map{normed()}, nil, render.Selection{Layer: 1, Head: 2, Norm: true})
		},
		"characters": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/characters", Step: 1}, []attention.Map{characters(512)}, nil, unchosen())
		},
		"sinks": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/sinks", Step: 1}, []attention.Map{sinks()}, nil, unchosen())
		},
		"kept": func(b *bytes.Buffer) error {
			return Film(b, attention.Source{Run: "runs/lion", Step: film[1].Step}, film, losses, LeastFormed, unchosen())
		},
		"film": func(b *bytes.Buffer) error {
			return Film(b, attention.Source{Run: "runs/lion", Step: 250}, film, losses, LeastFormed, unchosen())
		},
		"curves":       func(b *bytes.Buffer) error { return Chart(b, rendertest.Losses()) },
		"diverging":    func(b *bytes.Buffer) error { return Chart(b, rendertest.Diverging()) },
		"banded":       func(b *bytes.Buffer) error { return Chart(b, rendertest.Banded()) },
		"sweep":        func(b *bytes.Buffer) error { return WriteSweep(b, swept(3, true)) },
		"sweephostile": func(b *bytes.Buffer) error { return WriteSweep(b, hostileSweep()) },
		"sweepmany":    func(b *bytes.Buffer) error { return WriteSweep(b, swept(125, true)) }, // of 1,000 trials
		"sweepempty": func(b *bytes.Buffer) error {
			return WriteSweep(b, Sweep{Path: "sweeps/new", Summary: "0 of 4 trials", Objective: "held-out loss"})
		},
		"names": func(b *bytes.Buffer) error {
			c := rendertest.Losses()
			c.Title, c.Series[0].Name, c.Series[2].Name, c.Series[2].Detail = hostile().Text, hostile().Tokens[2], strings.Repeat("long", 100), hostile().Text
			return Chart(b, c)
		},
	}
	var words []string
	for _, token := range hostile().Tokens {
		words = append(words, render.Spelling(token))
	}
	truths := map[string]any{
		"map":      map[string]any{"sentences": lions(), "vectors": lions()[0].Vectors},
		"hostile":  map[string]any{"tokens": words},
		"beside":   map[string]any{"attention": lions()[0].Attention, "baseline": besides()[0].Map.Attention},
		"film":     map[string]any{"frames": film, "formed": attention.Formation(film, LeastFormed), "losses": losses},
		"measured": map[string]any{"sentence": measured(), "effects": measured().Effects, "nextAt": measured().NextAt},
		"norms": map[string]any{"sentence": normed(), "norms": attention.PerHead(2, 3, normed().Norms),
			"head": normed().NormShares(1, 2), "layer": normed().NormShares(0, attention.All), "all": normed().NormShares(attention.All, attention.All)},
		"characters": map[string]any{"sentence": characters(512)},
		"many":       map[string]any{"sentence": many()},
		"curves":     newPageChart(rendertest.Losses()),
		"sweep":      map[string]any{"sweep": swept(3, true), "page": newPageSweep(swept(3, true))},
	}
	save := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, write := range pages {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		save(name+".html", b.Bytes())
		truth, err := json.Marshal(truths[name])
		if err != nil {
			t.Fatal(err)
		}
		save(name+".json", truth)
	}
}

// In a real browser the pages do what they promise: browser/check.mjs points, chooses, clicks, slides and
// looks. It wants what [rendertest.Browser] names.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute: left out under -short")
	}
	browser, node := rendertest.Browser(t, "browser")
	folder := t.TempDir()
	writePages(t, folder)
	rendertest.Checks(t, exec.Command(node, "browser/check.mjs", browser, folder), leastChecks)
}

// leastChecks is how many checks the browser makes: a script that stops early must not pass.
const leastChecks = 82
