package export

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"attend/internal/attention"
	"attend/internal/printable"
)

// CSV writes the maps in long form, one weight a line, after the header
//
//	sentence,layer,head,query_index,query,key_index,key,weight
//
// The sentence is its number, as layers, heads, queries and keys from 0; keys after the query are left out. Weights are the shortest
// numbers that read back to the same float32. Lines are written as they are made.
//
// Texts are always quoted, as RFC 4180 has it. A text that a spreadsheet would
// take for a formula, and one that begins with an apostrophe, has an apostrophe
// before it: whoever drops one leading apostrophe of each text has it back.
// Control characters and those that hide or reorder text are written as
// [printable.Field] shows them, a newline as ↵. [JSON] holds texts as they are.
//
// More columns follow where a map has more. With baselines they are baseline and difference: the weight that each map is compared
// with, and the first minus it. If maps have norms, norm. If a token is not in the vocabulary, query_unknown and key_unknown, true
// or false. If a map has a name, as a rollout has, the last column is name; it is empty for attention itself.
func CSV(w io.Writer, maps []attention.Map, baselines []attention.Baseline) error {
	if err := attention.CheckBaselines(maps, baselines); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, rowBuffer)
	has := func(what func(attention.Map) bool) bool { return slices.ContainsFunc(maps, what) }
	c := columns{
		baseline: len(baselines) > 0,
		norm:     has(func(m attention.Map) bool { return m.Products != nil }),
		unknown:  has(func(m attention.Map) bool { return slices.Contains(m.Unknown, true) }),
		name:     has(func(m attention.Map) bool { return m.Name != "" }),
	}
	b.WriteString("sentence,layer,head,query_index,query,key_index,key,weight")
	for _, column := range []struct {
		name  string
		shown bool
	}{{"baseline,difference", c.baseline}, {"norm", c.norm}, {"query_unknown,key_unknown", c.unknown}, {"name", c.name}} {
		if column.shown {
			b.WriteString("," + column.name)
		}
	}
	b.WriteByte('\n')
	for i, m := range maps {
		var base *attention.Map
		if c.baseline {
			base = &baselines[i].Map
		}
		c.write(b, i, m, base)
	}
	return b.Flush() // the first error of all writes
}

// rowBuffer is how many bytes of rows are kept until they are written.
const rowBuffer = 1 << 16

// columns are those that not all maps have.
type columns struct{ baseline, norm, unknown, name bool }

// write writes the lines of one map. An error stays in the writer.
func (c columns) write(b *bufio.Writer, sentence int, m attention.Map, base *attention.Map) {
	tokens, row := make([]string, len(m.Tokens)), []byte(nil)
	for t, token := range m.Tokens {
		tokens[t] = quoted(token)
	}
	name := quoted(m.Name)
	comma := func(n int) { row = strconv.AppendInt(append(row, ','), int64(n), 10) }
	number := func(x float64, bits int) { row = strconv.AppendFloat(append(row, ','), x, 'g', -1, bits) }
	for l, heads := range m.Attention {
		for h, weights := range heads {
			var norms [][]float64
			if m.Products != nil {
				norms = m.Norms(l, h)
			}
			for q := range weights {
				for k, weight := range weights[q][:q+1] {
					row = strconv.AppendInt(row[:0], int64(sentence), 10)
					comma(l)
					comma(h)
					comma(q)
					row = append(append(row, ','), tokens[q]...)
					comma(k)
					row = append(append(row, ','), tokens[k]...)
					number(float64(weight), 32)
					if c.baseline {
						other := base.Attention[l][h][q][k]
						number(float64(other), 32)
						number(float64(weight-other), 32)
					}
					if norms != nil {
						number(norms[q][k], 64)
					} else if c.norm {
						row = append(row, ',')
					}
					if c.unknown {
						row = fmt.Appendf(row, ",%t,%t", m.IsUnknown(q), m.IsUnknown(k))
					}
					if c.name {
						row = append(append(row, ','), name...)
					}
					b.Write(append(row, '\n'))
				}
			}
		}
	}
}

// Rows writes a table as CSV under a header, row by row, with texts as [CSV] writes them. A cell is a string, a bool, an int, an int64, a
// float64, or nil, which is left empty.
func Rows(w io.Writer, header []string, rows iter.Seq[[]any]) error {
	b := bufio.NewWriterSize(w, rowBuffer)
	b.WriteString(strings.Join(header, ",") + "\n")
	for row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			switch cell := cell.(type) {
			case nil:
			case string:
				b.WriteString(quoted(cell))
			case float64:
				b.WriteString(strconv.FormatFloat(cell, 'g', -1, 64))
			default:
				fmt.Fprint(b, cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.Flush() // the first error of all writes
}

// CurvesCSV writes the evaluations of some runs in long form, one a line, after the header
//
//	run,step,seconds,tokens_per_second,loss,sample_heldout_loss,learning_rate
//
// The loss of held-out text is empty where nothing is held out.
func CurvesCSV(w io.Writer, runs []Curves) error {
	header := []string{"run", "step", "seconds", "tokens_per_second", "loss", "sample_heldout_loss", "learning_rate"}
	return Rows(w, header, func(yield func([]any) bool) {
		for _, r := range runs {
			for _, e := range r.Evaluations {
				row := []any{r.Run, e.Step, e.Seconds, e.TokensPerSecond, e.Loss, nil, e.LearningRate}
				if e.HeldOutLoss != nil {
					row[5] = *e.HeldOutLoss
				}
				if !yield(row) {
					return
				}
			}
		}
	})
}

// quoted is a text in quotes, with an apostrophe before one that is not plain. csv.Writer would leave most words bare.
func quoted(s string) string {
	s = printable.Field(s)
	if !plain(s) {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// plain reports whether no spreadsheet takes a printable text for a formula, and no reader takes it for one with an apostrophe
// before it. The characters are those of the OWASP page on CSV injection, with the wide ones that some keyboards and spreadsheets
// use; a spreadsheet may drop blanks before them.
func plain(s string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " "))
	return !strings.ContainsRune("=+-@＝＋－＠'", first)
}
