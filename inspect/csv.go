package inspect

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// CSV writes the maps in long form, one weight a line, after the header
//
//	sentence,layer,head,query_index,query,key_index,key,weight
//
// The sentence is its text; layers, heads, queries and keys count from 0; keys
// after the query are left out. Weights are the shortest numbers that read
// back to the same float32.
//
// Words are exact and always quoted, as RFC 4180 has it; so the file is data,
// not for a terminal, and a spreadsheet may take a word such as "=1+1" for a
// formula.
func CSV(w io.Writer, maps []Map) error {
	for i, m := range maps {
		if err := m.check(); err != nil {
			return fmt.Errorf("inspect: sentence %d: %w", i, err)
		}
	}
	var b bytes.Buffer
	b.WriteString("sentence,layer,head,query_index,query,key_index,key,weight\n")
	for _, m := range maps {
		for l, heads := range m.Attention {
			for h, weights := range heads {
				for q, row := range weights {
					for k, weight := range row[:q+1] {
						fmt.Fprintf(&b, "%s,%d,%d,%d,%s,%d,%s,%s\n", quoted(m.Text), l, h,
							q, quoted(m.Tokens[q]), k, quoted(m.Tokens[k]),
							strconv.FormatFloat(float64(weight), 'g', -1, 32))
					}
				}
			}
		}
	}
	return write(w, &b)
}

// quoted is a field in quotes. csv.Writer quotes only where it must, which
// leaves a word such as =1 bare.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
