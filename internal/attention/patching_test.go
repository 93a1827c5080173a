package attention_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestPatchingValidate(t *testing.T) {
	made := func() attention.Patching {
		return attentiontest.Patching([]string{"<s>", "the", "lion", "in"}, 2, "zebra", 2, 3)
	}
	if err := made().Validate(); err != nil {
		t.Errorf("a good patching: %v", err)
	}
	for want, spoil := range map[string]func(*attention.Patching){
		"of 4 and 3 tokens":                       func(p *attention.Patching) { p.Corrupted.Tokens = p.Corrupted.Tokens[1:] },
		"of 0 and 0 tokens":                       func(p *attention.Patching) { p.Clean.Tokens, p.Corrupted.Tokens = nil, nil },
		"do not differ":                           func(p *attention.Patching) { p.Differ = nil },
		"[2 4], must rise and lie in 0 to 3":      func(p *attention.Patching) { p.Differ = []int{2, 4} },
		"[2 1], must rise":                        func(p *attention.Patching) { p.Differ = []int{2, 1} },
		"[-1], must rise":                         func(p *attention.Patching) { p.Differ = []int{-1} },
		"without layers":                          func(p *attention.Patching) { p.Denoising.Attention = nil },
		"without layers or heads":                 func(p *attention.Patching) { p.Denoising.Heads = [][]float64{nil, nil} },
		"noising.residual: 2 rows, want 3":        func(p *attention.Patching) { p.Noising.Residual = p.Noising.Residual[1:] },
		"denoising.heads: row 1 has 2 parts":      func(p *attention.Patching) { p.Denoising.Heads[1] = p.Denoising.Heads[1][1:] },
		"noising.patterns: 0 rows, want 2":        func(p *attention.Patching) { p.Noising.Patterns = nil },
		"noising.attention: row 0 holds NaN":      func(p *attention.Patching) { p.Noising.Attention[0][3] = math.NaN() },
		"denoising.feed_forward: row 1 holds +In": func(p *attention.Patching) { p.Denoising.FeedForward[1][0] = math.Inf(1) },
	} {
		p := made()
		spoil(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestCarriers(t *testing.T) {
	parts := [][]float64{{0.5, 0.49, 1.25}, {-1, 0}, {0.75}}
	if got := attention.Carriers(parts); !reflect.DeepEqual(got, [][]int{{0, 2}, nil, {0}}) {
		t.Errorf("%v", got)
	}
	if row, column := attention.Largest([][]float64{{-3, -1}, {-1, -2}}); row != 0 || column != 1 {
		t.Errorf("the largest is at %d, %d", row, column)
	}
}
