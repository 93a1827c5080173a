package attention_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"attend/internal/attention"
)

func TestEncodedWantsOneIDAndOneMarkForEachToken(t *testing.T) {
	for _, c := range []struct {
		ids     []int
		unknown []bool
		want    string
	}{
		{nil, nil, ""},
		{[]int{4, 7}, []bool{false, true}, ""},
		{[]int{4}, nil, "1 ids for 2 tokens"},
		{[]int{4, 7}, []bool{true, false, false}, "3 unknown marks for 2 tokens"},
	} {
		m := attention.Map{Encoded: attention.Encoded{Tokens: []string{"a", "b"}, IDs: c.ids, Unknown: c.unknown}, Attention: [][][][]float32{{{{1, 0}, {0.5, 0.5}}}}}
		got := ""
		if err := m.Validate(); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("ids %v, unknown %v: (-want +got)\n%s", c.ids, c.unknown, diff)
		}
	}
}

func TestIsUnknown(t *testing.T) {
	known := attention.Encoded{Tokens: []string{"a", "b"}}
	if known.IsUnknown(1) {
		t.Error("without marks a token is unknown")
	}
	known.Unknown = []bool{false, true}
	if known.IsUnknown(0) || !known.IsUnknown(1) {
		t.Errorf("unknown: %v, %v; want false, true", known.IsUnknown(0), known.IsUnknown(1))
	}
}
