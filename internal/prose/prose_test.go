package prose

import (
	"slices"
	"testing"

	"attend/internal/attention"
)

func TestOrdinals(t *testing.T) {
	got := Ordinals([]string{"the", "lion", "the", "", "the", ""})
	if want := []string{"₁", "", "₂", "₁", "₃", "₂"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := numbered([]string{"a", "\x1b", "a", ""}); !slices.Equal(got, []string{"a₁", "␛", "a₂", `""`}) {
		t.Errorf("%q", got)
	}
	var many []int
	for range 12 {
		many = append(many, 7)
	}
	if got := Ordinals(many)[11]; got != "₁₂" {
		t.Errorf("%q", got)
	}
}

func TestListed(t *testing.T) {
	for want, parts := range map[string][]string{
		"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}, "a, b, c, d, e and 2 more": {"a", "b", "c", "d", "e", "f", "g"},
	} {
		if got := Listed(parts); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDoes(t *testing.T) {
	offset := 3
	word, character := Tokens{"word", true}, Tokens{"character", false}
	named := func(s attention.RoleScore) attention.Head {
		return attention.Head{Role: s.Role, Scores: []attention.RoleScore{s}}
	}
	for _, c := range []struct {
		tokens Tokens
		head   attention.Head
		want   string
	}{
		{word, named(attention.RoleScore{Role: attention.RolePrevious}), "attends to the word before (previous token)"},
		{character, named(attention.RoleScore{Role: attention.RoleOffset, Offset: &offset}), "attends to the character three before (fixed offset 3)"},
		{word, named(attention.RoleScore{Role: "place", Rule: true}), "attends to the cause words of the rule place"},
		{word, named(attention.RoleScore{Role: attention.RoleWords, Words: []string{"near"}}), `attends to the word "near"`},
		{word, named(attention.RoleScore{Role: attention.RoleWords, Words: []string{".", ","}}), `attends to the punctuation marks "." and ","`},
		{word, attention.Head{Role: attention.RoleMixed, Named: -1}, "has no single pattern"},
		{word, attention.Head{Role: attention.RoleBroad, Named: -1}, "spreads its attention broadly"},
	} {
		if got := c.tokens.Does(c.head); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The only word of a sentence has none to compare with.
func TestWhyOfOneWord(t *testing.T) {
	y := attention.Why{Unit: "word", Words: []attention.WordEffect{{}}}
	if got := Why(y); !slices.Equal(got, []string{"There is no other word to compare with."}) {
		t.Errorf("%q", got)
	}
}
