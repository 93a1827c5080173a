package attention_test

import (
	"math"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestScatterValidate(t *testing.T) {
	if err := attentiontest.Animals().Validate(); err != nil {
		t.Errorf("a good picture: %v", err)
	}
	for want, spoil := range map[string]func(*attention.Scatter){
		"no points":                         func(s *attention.Scatter) { s.Points = nil },
		"point 2: coordinate NaN":           func(s *attention.Scatter) { s.Points[1].X = math.NaN() },
		"point 3: coordinate +Inf":          func(s *attention.Scatter) { s.Points[2].Y = math.Inf(1) },
		"share of variance -0.1":            func(s *attention.Scatter) { s.Share[0] = -0.1 },
		"share of variance NaN":             func(s *attention.Scatter) { s.Share[1] = math.NaN() },
		"share of variance 1.41 is not in ": func(s *attention.Scatter) { s.Share[1] = 1 },
	} {
		s := attentiontest.Animals()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
