package attention_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestValidateAccepts(t *testing.T) {
	for name, m := range map[string]attention.Map{"lion": attentiontest.Lion(), "long": attentiontest.Long(), "foreign": attentiontest.Foreign()} {
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := attentiontest.Lion()
	m.Attention[0][0][0][0] = 1 + 1e-6 // float32 softmax may round up
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*attention.Map){
		"no tokens":     func(m *attention.Map) { *m = attention.Map{} },
		"no layers":     func(m *attention.Map) { m.Attention = nil },
		"has no heads":  func(m *attention.Map) { m.Attention[0] = nil },
		"layer 2 has 1": func(m *attention.Map) { m.Attention = append(m.Attention, m.Attention[0][:1]) },
		`"rollout" wants one layer of one head and has 1 of 2`: func(m *attention.Map) { m.Name = "rollout" },
		"7 query rows":     func(m *attention.Map) { m.Attention[0][1] = m.Attention[0][1][:7] },
		"query 3 has 5":    func(m *attention.Map) { m.Attention[0][1][2] = m.Attention[0][1][2][:5] },
		"weight NaN":       func(m *attention.Map) { m.Attention[0][1][2][1] = float32(math.NaN()) },
		"weight +Inf":      func(m *attention.Map) { m.Attention[0][1][2][1] = float32(math.Inf(1)) },
		"weight -0.25":     func(m *attention.Map) { m.Attention[0][1][2][1] = -0.25 },
		"weight 1.5":       func(m *attention.Map) { m.Attention[0][1][2][1] = 1.5 },
		"must weigh 0":     func(m *attention.Map) { m.Attention[0][1][2][3] = 0.25 },
		"prediction 2":     func(m *attention.Map) { m.Next[1].Probability = math.NaN() },
		"probability 2 is": func(m *attention.Map) { m.Next[0].Probability = 2 },
	} {
		m := attentiontest.Lion()
		spoil(&m)
		err := m.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

func TestMean(t *testing.T) {
	want := [][]float64{{1, 0}, {0.4375, 0.5625}}
	if diff := cmp.Diff(want, attentiontest.Halves().Mean(attention.All, attention.All)); diff != "" {
		t.Error(diff)
	}
	for q, row := range attentiontest.Long().Mean(attention.All, attention.All) {
		sum := 0.0
		for _, weight := range row {
			sum += weight
		}
		if !cmp.Equal(sum, 1.0, cmpopts.EquateApprox(0, 1e-6)) {
			t.Errorf("row %d of the mean sums to %v", q, sum)
		}
	}
}

func TestInRange(t *testing.T) {
	m := attentiontest.Halves()
	if diff := cmp.Diff([][]float64{{1, 0}, {0.25, 0.75}}, m.Mean(0, 1)); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		layer, head int
		want        string
	}{{2, 0, "no layer 2: want 0 to 1"}, {-1, 0, "no layer -1"}, {0, 2, "no head 2: want 0 to 1"}, {1, -1, "no head -1"}} {
		if err := m.InRange(c.layer, c.head, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("layer %d, head %d: error %v, want one with %q", c.layer, c.head, err, c.want)
		}
	}
}

func TestLinks(t *testing.T) {
	row := []float64{0.2, 0.1, 0.5, 0.2, 0, math.NaN()}
	want := []attention.Link{{2, 0.5}, {0, 0.2}, {3, 0.2}, {1, 0.1}}
	for _, most := range []int{0, -1, 4, 9} {
		if diff := cmp.Diff(want, attention.Links(row, most)); diff != "" {
			t.Errorf("most %d: %s", most, diff)
		}
	}
	if diff := cmp.Diff(want[:2], attention.Links(row, 2)); diff != "" {
		t.Error(diff)
	}
	if got := attention.Links(nil, 3); len(got) != 0 {
		t.Errorf("Links of no row: %v", got)
	}
}

func TestVectorsAreChecked(t *testing.T) {
	whole := func() attention.Map {
		return attentiontest.WithVectors(attentiontest.Made("a b", []string{"a", "b"}, 2, 3), 5)
	}
	if err := whole().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(m *attention.Map){
		"predictions after 1 tokens for 2":                                func(m *attention.Map) { m.NextAt = make([][]attention.Prediction, 1) },
		"after token 2: prediction 1: probability 2 is not in 0 to 1":     func(m *attention.Map) { m.NextAt = [][]attention.Prediction{nil, {{Probability: 2}}} },
		"vectors of 1 layers for 2":                                       func(m *attention.Map) { m.Vectors = m.Vectors[:1] },
		"vectors of 0 layers for 2":                                       func(m *attention.Map) { m.Vectors = m.Vectors[:0] },
		"layer 2: vectors of 2 heads for 3":                               func(m *attention.Map) { m.Vectors[1] = m.Vectors[1][:2] },
		"layer 2, head 3: 1 query vectors for 2 tokens":                   func(m *attention.Map) { v := &m.Vectors[1][2]; v.Query = v.Query[:1] },
		"head 1: 0 rows of scores for 2 tokens":                           func(m *attention.Map) { m.Vectors[0][0].Scores = nil },
		"head 1: rows of scores: position 1 has 2 values, want 1":         func(m *attention.Map) { v := m.Vectors[0][0]; v.Scores[0] = v.Scores[1] },
		"head 1: key vectors: position 2 has 4 values, want 5":            func(m *attention.Map) { v := m.Vectors[0][0]; v.Key[1] = v.Key[1][:4] },
		"head 2: z vectors: position 2 has 0 values, want 5":              func(m *attention.Map) { m.Vectors[0][1].Z[1] = nil },
		"head 3: value vectors: position 1: number 4 is NaN":              func(m *attention.Map) { m.Vectors[1][2].Value[0][3] = float32(math.NaN()) },
		"head 1: query vectors: position 2: number 1 is +Inf":             func(m *attention.Map) { m.Vectors[0][0].Query[1][0] = float32(math.Inf(1)) },
		"head 1: rows of scores: position 2: number 1 is -Inf":            func(m *attention.Map) { m.Vectors[0][0].Scores[1][0] = float32(math.Inf(-1)) },
		"layer 1, head 1: query vectors: position 1 has 0 values, want 1": func(m *attention.Map) { m.Vectors[0][0].Query[0] = nil },
	} {
		m := whole()
		spoil(&m)
		if err := m.Validate(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestPerHead(t *testing.T) {
	want := [][][2]int{{{0, 0}, {0, 1}, {0, 2}}, {{1, 0}, {1, 1}, {1, 2}}}
	if diff := cmp.Diff(want, attention.PerHead(2, 3, func(layer, head int) [2]int { return [2]int{layer, head} })); diff != "" {
		t.Error(diff)
	}
}
