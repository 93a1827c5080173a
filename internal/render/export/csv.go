package export

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// CSV writes the maps in long form, one weight a line, after the header
//
//	sentence,layer,head,query_index,query,key_index,key,weight
//
// The sentence is its text; layers, heads, queries and keys count from 0; keys
// after the query are left out. Weights are the shortest numbers that read
// back to the same float32.
//
// Texts are always quoted, as RFC 4180 has it. A text that a spreadsheet would
// take for a formula, and one that begins with an apostrophe, has an apostrophe
// before it: whoever drops one leading apostrophe of each text has it back.
// Control characters and those that hide or reorder text are written as
// [printable.Field] shows them, a newline as ↵. [JSON] holds texts as they are.
//
// With baselines there are two more columns, baseline and difference: the weight that each map is compared with, and the first
// minus it. If the maps have norms, there is one more, norm. If a map has a name, as a rollout has, the last column is name; it
// is empty for attention itself.
func CSV(w io.Writer, maps []attention.Map, baselines []attention.Baseline) error {
	if err := attention.CheckBaselines(maps, baselines); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("sentence,layer,head,query_index,query,key_index,key,weight")
	if len(baselines) > 0 {
		b.WriteString(",baseline,difference")
	}
	normed := slices.ContainsFunc(maps, func(m attention.Map) bool { return m.Products != nil })
	if normed {
		b.WriteString(",norm")
	}
	named := slices.ContainsFunc(maps, func(m attention.Map) bool { return m.Name != "" })
	if named {
		b.WriteString(",name")
	}
	b.WriteByte('\n')
	for i, m := range maps {
		text, name, tokens := quoted(m.Text), quoted(m.Name), make([]string, len(m.Tokens))
		for t, token := range m.Tokens {
			tokens[t] = quoted(token)
		}
		for l, heads := range m.Attention {
			for h, weights := range heads {
				var norms [][]float64
				if m.Products != nil {
					norms = m.Norms(l, h)
				}
				for q, row := range weights {
					for k, weight := range row[:q+1] {
						fmt.Fprintf(&b, "%s,%d,%d,%d,%s,%d,%s,%s", text, l, h, q, tokens[q], k, tokens[k], shortest(weight))
						if len(baselines) > 0 {
							base := baselines[i].Map.Attention[l][h][q][k]
							fmt.Fprintf(&b, ",%s,%s", shortest(base), shortest(weight-base))
						}
						if norms != nil {
							b.WriteString("," + strconv.FormatFloat(norms[q][k], 'g', -1, 64))
						} else if normed {
							b.WriteByte(',')
						}
						if named {
							b.WriteString("," + name)
						}
						b.WriteByte('\n')
					}
				}
			}
		}
	}
	return render.Write(w, &b)
}

// Rows writes a table as CSV under a header, with texts as [CSV] writes them. A cell is a string, a bool, an int, an int64, a
// float64, or nil, which is left empty.
func Rows(w io.Writer, header []string, rows [][]any) error {
	var b bytes.Buffer
	b.WriteString(strings.Join(header, ",") + "\n")
	for _, row := range rows {
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
				fmt.Fprint(&b, cell)
			}
		}
		b.WriteByte('\n')
	}
	return render.Write(w, &b)
}

// CurvesCSV writes the evaluations of some runs in long form, one a line, after the header
//
//	run,step,seconds,tokens_per_second,loss,sample_heldout_loss,learning_rate
//
// The loss of held-out text is empty where nothing is held out.
func CurvesCSV(w io.Writer, runs []Curves) error {
	var rows [][]any
	for _, r := range runs {
		for _, e := range r.Evaluations {
			row := []any{r.Run, e.Step, e.Seconds, e.TokensPerSecond, e.Loss, nil, e.LearningRate}
			if e.HeldOutLoss != nil {
				row[5] = *e.HeldOutLoss
			}
			rows = append(rows, row)
		}
	}
	return Rows(w, []string{"run", "step", "seconds", "tokens_per_second", "loss", "sample_heldout_loss", "learning_rate"}, rows)
}

// shortest is the shortest number that reads back to the same float32.
func shortest(weight float32) string { return strconv.FormatFloat(float64(weight), 'g', -1, 32) }

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
