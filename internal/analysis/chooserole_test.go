package analysis

import (
	"testing"

	"attend/internal/attention"
)

// scored is a score whose uniform control is 0, so that its lift is the score.
func scored(role string, score, share float64) attention.RoleScore {
	return attention.RoleScore{Role: role, Score: score, Share: share}
}

// heavy is scored with a weighted score, and with one on random tokens.
func heavy(role string, weighted, random, score, share float64) attention.RoleScore {
	s, zero := scored(role, score, share), 0.0
	s.Weighted, s.WeightedUniform, s.WeightedRandom = &weighted, &zero, &random
	return s
}

func TestChooseRole(t *testing.T) {
	rule := func(s attention.RoleScore) attention.RoleScore {
		s.Role, s.Rule = "place", true
		return s
	}
	random := func(s attention.RoleScore, plain float64) attention.RoleScore {
		s.Random = &plain
		return s
	}
	half := 0.5
	for _, c := range []struct {
		name    string
		scores  []attention.RoleScore
		entropy float64
		want    string
	}{
		{"the largest lift", []attention.RoleScore{{Role: attention.RolePrevious, Score: 0.6, Uniform: 0.2}, {Role: attention.RoleBoundary, Score: 0.65, Uniform: 0.5}}, 0.9, attention.RolePrevious},
		{"a lift of 0.3", []attention.RoleScore{{Role: attention.RoleBoundary, Score: 0.65, Uniform: 0.5}}, 0.2, attention.RoleBoundary},
		{"less", []attention.RoleScore{{Role: attention.RoleDuplicate, Score: 0.29}}, 0.7, attention.RoleBroad},
		{"less, and sharp", []attention.RoleScore{{Role: attention.RoleDuplicate, Score: 0.29}}, 0.69, attention.RoleMixed},
		{"nothing to gain", []attention.RoleScore{{Role: attention.RoleCurrent, Score: 1, Uniform: 1}}, 0, attention.RoleMixed},
		{"no score", nil, 1, attention.RoleBroad},
		{"the weighted score", []attention.RoleScore{heavy(attention.RoleOffset, 0.9, 0.9, 0.1, 0.1), heavy(attention.RoleBoundary, 0.1, 0.1, 0.9, 0.9)}, 0.9, attention.RoleOffset},
		{"a rule that is near", []attention.RoleScore{heavy(attention.RoleOffset, 0.95, 0.9, 0.9, 0.9), rule(heavy("", 0.82, 0.1, 0.8, 0.1))}, 0.9, "place"},
		{"a rule that is not", []attention.RoleScore{heavy(attention.RoleOffset, 0.95, 0.9, 0.9, 0.9), rule(heavy("", 0.75, 0.1, 0.8, 0.1))}, 0.9, attention.RoleOffset},
		{"the place alone is enough", []attention.RoleScore{heavy(attention.RoleWords, 0.95, 0, 0.9, 0.9), heavy(attention.RoleOffset, 0.91, 0.5, 0.3, 0.2)}, 0.9, attention.RoleOffset},
		{"the place alone is not", []attention.RoleScore{heavy(attention.RoleWords, 0.91, 0, 0.3, 0.2), heavy(attention.RoleOffset, 0.95, 0.3, 0.9, 0.9)}, 0.9, attention.RoleWords},
		{"nor are there words", []attention.RoleScore{heavy(attention.RoleWords, 0.89, 0, 0.3, 0.2), heavy(attention.RoleOffset, 0.95, 0.3, 0.9, 0.9)}, 0.9, attention.RoleOffset},
		{"an offset everywhere", []attention.RoleScore{heavy(attention.RolePosition, 0.95, 0.9, 0.3, 0.1), heavy(attention.RoleOffset, 0.95, 0.9, 0.9, 0.8)}, 0.9, attention.RoleOffset},
		{"a position everywhere", []attention.RoleScore{heavy(attention.RoleOffset, 0.95, 0.9, 0.3, 0.1), heavy(attention.RolePosition, 0.95, 0.9, 0.9, 0.8)}, 0.9, attention.RolePosition},
		{"a position where it is, an offset everywhere a little", []attention.RoleScore{heavy(attention.RoleOffset, 0.95, 0.9, 0.5, 0.5), heavy(attention.RolePosition, 0.95, 0.9, 0.9, 0.3)}, 0.9, attention.RolePosition},
		{"what explains more", []attention.RoleScore{heavy(attention.RoleInduction, 0.95, 0.9, 0.9, 0.1), heavy(attention.RoleOffset, 0.95, 0.9, 0.9, 0.8)}, 0.9, attention.RoleOffset},
		{"induction beside words", []attention.RoleScore{heavy(attention.RoleWords, 0.8, 0, 0.4, 0.3), random(heavy(attention.RoleInduction, 0.66, 0.2, 0.4, 0.3), 0.4)}, 0.9, attention.RoleInduction},
		{"induction far from words", []attention.RoleScore{heavy(attention.RoleWords, 0.85, 0, 0.4, 0.3), random(heavy(attention.RoleInduction, 0.66, 0.2, 0.4, 0.3), 0.4)}, 0.9, attention.RoleWords},
		{"induction of these words alone", []attention.RoleScore{heavy(attention.RoleWords, 0.8, 0, 0.4, 0.3), random(heavy(attention.RoleInduction, 0.66, 0.2, 0.4, 0.3), 0.1)}, 0.9, attention.RoleWords},
		{"nothing distinguishes", []attention.RoleScore{heavy(attention.RolePosition, 0.9, 0.9, 0.9, 0.8), heavy(attention.RoleOffset, 0.9, 0.9, 0.9, 0.8)}, 0.9, attention.RoleOffset},
	} {
		index, got := ChooseRole(attention.Head{Scores: c.scores, NormalizedEntropy: c.entropy})
		if got != c.want || index >= 0 && c.scores[index].Role != got || (index < 0) != (got == attention.RoleBroad || got == attention.RoleMixed) {
			t.Errorf("%s: %s, index %d, want %s", c.name, got, index, c.want)
		}
	}
	if _, got := ChooseRole(attention.Head{NormalizedEntropy: 0.9, WeightedEntropy: &half}); got != attention.RoleMixed {
		t.Errorf("a head that is sharp where it matters is called %s", got)
	}
}
