package render

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestValidateAccepts(t *testing.T) {
	for name, m := range map[string]Map{"lion": lion(), "long": long(), "foreign": foreign()} {
		if err := m.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := lion()
	m.Attention[0][0][0][0] = 1 + 1e-6 // float32 softmax may round up
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*Map){
		"no tokens":        func(m *Map) { *m = Map{} },
		"no layers":        func(m *Map) { m.Attention = nil },
		"has no heads":     func(m *Map) { m.Attention[0] = nil },
		"3 unknown marks":  func(m *Map) { m.Unknown = make([]bool, 3) },
		"layer 1 has 1":    func(m *Map) { m.Attention = append(m.Attention, m.Attention[0][:1]) },
		"7 query rows":     func(m *Map) { m.Attention[0][1] = m.Attention[0][1][:7] },
		"query 2 has 5":    func(m *Map) { m.Attention[0][1][2] = m.Attention[0][1][2][:5] },
		"weight NaN":       func(m *Map) { m.Attention[0][1][2][1] = float32(math.NaN()) },
		"weight +Inf":      func(m *Map) { m.Attention[0][1][2][1] = float32(math.Inf(1)) },
		"weight -0.25":     func(m *Map) { m.Attention[0][1][2][1] = -0.25 },
		"weight 1.5":       func(m *Map) { m.Attention[0][1][2][1] = 1.5 },
		"must weigh 0":     func(m *Map) { m.Attention[0][1][2][3] = 0.25 },
		"prediction 1":     func(m *Map) { m.Next[1].Probability = math.NaN() },
		"probability 2 is": func(m *Map) { m.Next[0].Probability = 2 },
	} {
		m := lion()
		spoil(&m)
		err := m.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
		if strings.Contains(want, "prediction") || strings.Contains(want, "probability") {
			continue
		}
		if got := m.Mean(); got != nil {
			t.Errorf("%s: Mean of an invalid map is %v", want, got)
		}
	}
}

// halves has two layers of one and the same two heads over two tokens.
func halves() Map {
	return Map{Tokens: []string{"a", "b"}, Attention: [][][][]float32{
		{{{1, 0}, {0.5, 0.5}}, {{1, 0}, {0.25, 0.75}}},
		{{{1, 0}, {1, 0}}, {{1, 0}, {0, 1}}},
	}}
}

func TestMean(t *testing.T) {
	want := [][]float64{{1, 0}, {0.4375, 0.5625}}
	if diff := cmp.Diff(want, halves().Mean()); diff != "" {
		t.Error(diff)
	}
	for q, row := range long().Mean() {
		sum := 0.0
		for _, weight := range row {
			sum += weight
		}
		if !cmp.Equal(sum, 1.0, cmpopts.EquateApprox(0, 1e-6)) {
			t.Errorf("row %d of the mean sums to %v", q, sum)
		}
	}
}

func TestHead(t *testing.T) {
	got, err := halves().Head(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]float64{{1, 0}, {0.25, 0.75}}, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		layer, head int
		want        string
	}{{2, 0, "no layer 2: want 0 to 1"}, {-1, 0, "no layer -1"}, {0, 2, "no head 2: want 0 to 1"}, {1, -1, "no head -1"}} {
		if _, err := halves().Head(c.layer, c.head); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Head(%d, %d): error %v, want one with %q", c.layer, c.head, err, c.want)
		}
	}
}
