package analysis

import (
	"math"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// mapOf is the attention map of a text.
func mapOf(t testing.TB, r *run.Run, text string) attention.Map {
	t.Helper()
	m, err := session(t, r, 1).Map(text, 3)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// forbidden is a loader of text for a baseline that needs none.
func forbidden(t testing.TB) func(*run.Run) (*data.Corpus, error) {
	return func(*run.Run) (*data.Corpus, error) {
		t.Error("the text was read")
		return nil, nil
	}
}

func TestUniformBaseline(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	maps := []attention.Map{mapOf(t, r, "The lion sees the ant"), mapOf(t, r, "the otter")}
	beside, err := Baselines(r, BaselineUniform, maps, forbidden(t))
	if err != nil || len(beside) != 2 {
		t.Fatalf("%d baselines, error %v", len(beside), err)
	}
	for i, b := range beside {
		if err := b.Map.Validate(); err != nil || b.Name != BaselineUniform {
			t.Fatalf("%s: error %v", b.Name, err)
		}
		for _, heads := range b.Map.Attention {
			for _, rows := range heads {
				if len(rows) != len(maps[i].Tokens) {
					t.Fatalf("%d rows for %d tokens", len(rows), len(maps[i].Tokens))
				}
				for query, row := range rows {
					for key, weight := range row {
						if want := float32(1) / float32(query+1); key <= query && weight != want || key > query && weight != 0 {
							t.Errorf("query %d, key %d: %v", query, key, weight)
						}
					}
				}
			}
		}
	}
}

func TestUntrainedBaseline(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	const text = "The lion sees the zebra near rocks"
	m := mapOf(t, r, text)
	beside, err := Baselines(r, BaselineUntrained, []attention.Map{m}, forbidden(t))
	if err != nil {
		t.Fatal(err)
	}
	before, err := r.Untrained()
	if err != nil {
		t.Fatal(err)
	}
	want := mapOf(t, before, text)
	same := true
	for layer := range m.Attention {
		for head := range m.Attention[layer] {
			for query, row := range m.Attention[layer][head] {
				for key, weight := range row {
					got := beside[0].Map.Attention[layer][head][query][key]
					if got != want.Attention[layer][head][query][key] {
						t.Errorf("query %d, key %d: %v, want %v", query, key, got, want.Attention[layer][head][query][key])
					}
					same = same && got == weight
				}
			}
		}
	}
	if same {
		t.Error("the untrained model pays the attention of the trained one")
	}
}

// The position's baseline, against a plain mean over the maps of the held-out sentences themselves.
func TestPositionBaseline(t *testing.T) {
	s := small()
	s.Layers, s.Heads = 2, 2
	r := trained(t, s, runtest.Text())
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	var heldOut []attention.Map
	longest := 0
	for _, text := range corpus.HeldOutText.All() {
		m := mapOf(t, r, text)
		heldOut, longest = append(heldOut, m), max(longest, len(m.Tokens))
	}
	const text = "the eagle likes the cat near rocks"
	m := mapOf(t, r, text)
	if len(m.Tokens) != longest {
		t.Fatalf("the sentence has %d tokens, the longest held out %d", len(m.Tokens), longest)
	}
	beside, err := Baselines(r, BaselinePosition, []attention.Map{m, mapOf(t, r, "the lion")}, textOf(runtest.Text()))
	if err != nil {
		t.Fatal(err)
	}
	if err := beside[0].Map.Validate(); err != nil {
		t.Fatal(err)
	}
	fewest := len(heldOut)
	for layer := range m.Attention {
		for head := range m.Attention[layer] {
			for query := range m.Tokens {
				for key := range query + 1 {
					sum, count := 0.0, 0
					for _, h := range heldOut {
						if query < len(h.Tokens) {
							sum += float64(h.Attention[layer][head][query][key])
							count++
						}
					}
					fewest = min(fewest, count)
					want := sum / float64(count)
					got := float64(beside[0].Map.Attention[layer][head][query][key])
					if math.Abs(got-want) > 1e-6 {
						t.Errorf("layer %d, head %d, query %d, key %d: %v, want %v", layer, head, query, key, got, want)
					}
					if short := beside[1].Map.Attention[layer][head]; query < len(short) && float64(short[query][key]) != got {
						t.Errorf("query %d, key %d: %v in a shorter sentence, %v in a longer one", query, key, short[query][key], got)
					}
				}
			}
		}
	}
	if fewest == len(heldOut) || fewest == 0 {
		t.Errorf("every position counts %d of %d sentences: the test wants sentences of several lengths", fewest, len(heldOut))
	}
}

func TestPositionBaselineOfCharacters(t *testing.T) {
	s := small()
	s.Unit, s.Context = data.Char, 8
	text := strings.Repeat("the cat sat on the mat. ", 30)
	r := trained(t, s, text)
	m := mapOf(t, r, "the cat ")
	beside, err := Baselines(r, BaselinePosition, []attention.Map{m}, textOf(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := beside[0].Map.Validate(); err != nil {
		t.Fatal(err)
	}
	corpus, err := loadText(text)(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, piece := range inputs(corpus.HeldOut.Rows(r.Config.Context, 0)) {
		if len(piece) > 8 || len(piece) == 0 {
			t.Errorf("a piece of %d characters", len(piece))
		}
		total += len(piece)
	}
	if want := corpus.HeldOut.Predictions(); total != want {
		t.Errorf("the pieces hold %d characters, want %d", total, want)
	}
}

func TestBaselineErrors(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	m := mapOf(t, r, "the lion")
	_, err := Baselines(r, "unifrom", []attention.Map{m}, forbidden(t))
	wantError(t, err, `no baseline "unifrom"`, "untrained, uniform or position")
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	_, err = PositionMean(r, corpus, 9)
	wantError(t, err, "no held-out sentence has 9 tokens, the longest has 8", "shorten")
	_, err = Baselines(r, BaselinePosition, []attention.Map{m}, textOf(runtest.Text()+"The lion sees the owl\n"))
	wantError(t, err, "another version")
}
