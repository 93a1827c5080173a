package render

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/term"
)

// WidestLabel is the columns of a word in lists and pictures.
const WidestLabel = 16

// UnknownNote explains the mark of an unknown token.
const UnknownNote = "? is not in the vocabulary of this run"

// A Label is the spelling of one token for people.
type Label struct {
	Word string // printable, never empty
	Mark string // "?" for an unknown token, a small number for a repeated one, or empty
}

// Labels spells the tokens of a sentence.
func Labels(e attention.Encoded) []Label {
	list := make([]Label, len(e.Tokens))
	for i, token := range e.Tokens {
		list[i].Word = Spelling(token)
		if e.IsUnknown(i) {
			list[i].Mark = "?"
		}
	}
	return list
}

// Spelling is a token as printable text; an empty one shows as two quotes.
func Spelling(token string) string { return printable.Token(token) }

func (l Label) String() string { return l.Word + l.Mark }

// Width is the number of columns of the whole label.
func (l Label) Width() int { return ansi.StringWidth(l.String()) }

// Fit is the label in at most the given columns. What is cut shows as …; the
// mark stays as long as a column of the word fits too.
func (l Label) Fit(columns int) string {
	left := columns - ansi.StringWidth(l.Mark)
	if left < 1 {
		return term.Fit(l.String(), columns)
	}
	return term.Fit(l.Word, left) + l.Mark
}

// Number is a weight in three columns: .48, and 1.0 from .995 on.
func Number(weight float64) string {
	s := strconv.FormatFloat(Printed(weight), 'f', 2, 64)
	if s[0] == '1' {
		return "1.0"
	}
	return s[1:]
}

// SignedNumber is a difference in four columns, +.48 or -.07, and .00 without a sign.
func SignedNumber(d float64) string {
	d = PrintedDifference(d)
	switch {
	case d < 0:
		return "-" + Number(-d)
	case d > 0:
		return "+" + Number(d)
	}
	return Number(0)
}

// Printed is the weight that a cell prints: to 0.01, and no more than 1 where
// float32 rounding carried it past. Shades follow it, so that weights that
// are printed as the same number have the same colour.
func Printed(weight float64) float64 { return math.Round(min(max(weight, 0), 1)*100) / 100 }

// PrintedDifference is the difference that a cell prints: to 0.01, and in -1 to 1.
func PrintedDifference(d float64) float64 {
	if d < 0 {
		return -Printed(-d)
	}
	return Printed(d)
}

// Significant prints a number to three digits that count.
func Significant(x float64) string {
	s := strconv.FormatFloat(x, 'g', 3, 64)
	if a := math.Abs(x); a >= 1e-4 && a < 1e6 || x == 0 {
		y, _ := strconv.ParseFloat(s, 64)
		s = strconv.FormatFloat(y, 'f', -1, 64)
	}
	return s
}

// Made is the step of a source that no training made: vectors written down by hand, say.
const Made = -1

// Origin names the run and the step for people, and says that the weights were selected if the training went on after them.
func Origin(s attention.Source) string {
	if s.Step == Made {
		return printable.Path(s.Run)
	}
	return printable.Path(s.Run) + ", step " + printable.Thousands(s.Step) + Selected(s)
}

// Selected follows a step: of how many it is and by what it was selected, if the training went on after them; otherwise "".
func Selected(s attention.Source) string {
	if s.Step >= s.TrainedSteps {
		return ""
	}
	return " of " + printable.Thousands(s.TrainedSteps) + ", with the lowest held-out loss"
}

// Origins names two runs and their steps for people. Runs whose folders have one name are named as [ShortPaths] has it.
func Origins(a, b attention.Source) (string, string) {
	if filepath.Base(a.Run) == filepath.Base(b.Run) {
		ends := ShortPaths([]string{a.Run, b.Run})
		a.Run, b.Run = ends[0], ends[1]
	}
	return Origin(a), Origin(b)
}

// ShortPaths returns the shortest end of each path that differs from those of the others. Equal paths stay whole.
func ShortPaths(paths []string) []string {
	ends := slices.Clone(paths)
	end := func(path string, parts int) string {
		all := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
		return strings.Join(all[max(0, len(all)-parts):], "/")
	}
	for i, path := range paths {
		for parts := 1; parts <= 1+strings.Count(filepath.ToSlash(filepath.Clean(path)), "/"); parts++ {
			short := end(path, parts)
			same := 0
			for _, other := range paths {
				if end(other, parts) == short {
					same++
				}
			}
			if same == 1 {
				ends[i] = short
				break
			}
		}
	}
	return ends
}

// Percent is a share as people write it, to a tenth.
func Percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*min(max(share, 0), 1)) }

// Listed writes the first `most` of n things, and how many are left out.
func Listed(n, most int, separator string, item func(i int) string) string {
	var items []string
	for i := range min(n, most) {
		items = append(items, item(i))
	}
	if n > most {
		items = append(items, fmt.Sprintf("… %d more", n-most))
	}
	return strings.Join(items, separator)
}

// Product writes a·b by the numbers' texts, in brackets those whose sign would be misread.
func Product(a, b float32, text func(float32) string) string {
	factor := func(x float32) string {
		if x < 0 {
			return "(" + text(x) + ")"
		}
		return text(x)
	}
	return factor(a) + "·" + factor(b)
}
