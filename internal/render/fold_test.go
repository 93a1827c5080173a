package render

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	open := cmp.AllowUnexported(panel{})
	for _, c := range []struct {
		name  string
		words []int
		space int
		want  []panel
	}{
		{"short words are as wide as a number", []int{1, 3}, 80, []panel{{0, 2, []int{5, 5}}}},
		{"all as wide as the widest", []int{1, 8}, 80, []panel{{0, 2, []int{8, 8}}}},
		{"never wider than the cap", []int{1, 30}, 80, []panel{{0, 2, []int{10, 10}}}},
		{"each as its own word", []int{1, 8}, 16, []panel{{0, 2, []int{5, 8}}}},
		{"long words are cut", []int{9, 6}, 14, []panel{{0, 2, []int{6, 6}}}},
		{"shared out evenly", []int{1, 1, 1, 1}, 18, []panel{{0, 2, []int{5, 5}}, {2, 4, []int{5, 5}}}},
	} {
		if diff := cmp.Diff(c.want, fold(c.words, c.space), open); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestFoldProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 60).Draw(t, "words")
		space := rapid.IntRange(cellWidth+1, 120).Draw(t, "space")
		panels := fold(words, space)
		next := 0
		for _, p := range panels {
			if p.from != next || p.to <= p.from || len(p.columns) != p.to-p.from {
				t.Fatalf("panel %+v after key %d", p, next)
			}
			next = p.to
			total := 0
			for _, c := range p.columns {
				if c < cellWidth || c > widestColumn {
					t.Fatalf("a column of %d", c)
				}
				total += c + 1
			}
			if total > space {
				t.Fatalf("panel %+v fills %d of %d", p, total, space)
			}
		}
		if next != len(words) {
			t.Fatalf("%d of %d keys shown", next, len(words))
		}
		if least := (len(words)*(cellWidth+1) + space - 1) / space; len(panels) < least {
			t.Fatalf("%d panels, at least %d needed", len(panels), least)
		}
		if len(words)*(cellWidth+1) <= space && len(panels) != 1 {
			t.Fatalf("%d panels where one would do", len(panels))
		}
	})
}
