package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
)

func newExplain(p *program) *cobra.Command {
	var full bool
	var cell attention.Cell // until the run is open these count from 1
	cmd := &cobra.Command{
		Use:   "explain SENTENCE",
		Short: "the arithmetic of one attention weight, step by step",
		Long: `Write out how one attention weight is computed in one head: the query and the
key, their dot product, the scaling, the mask, the softmax over the row, and
what the value adds to the output. Every number is the one that the model
computed.

--query and --key take a word. If it occurs more than once, the:1 is the first
and the:2 the second; a number is a position, from 1. By default the query is
the last word and the key is the word with the largest weight.` + indexBase,
		Example: `  attend explain "The lion saw the zebra near the"
  attend explain "The lion saw the zebra near the" --head 3 --query the:2 --key zebra
  attend explain "The lion saw the zebra near the" --key near --full
  attend explain "The lion saw the zebra" --format json`,
	}
	f := cmd.Flags()
	numberFlag(f, &cell.Layer, "layer", 1, between(1, 1000), "layer, from 1")
	numberFlag(f, &cell.Head, "head", 1, between(1, 4096), "head, from 1")
	f.StringVar(&cell.Query, "query", "", "the word that attends (default: the last)")
	f.StringVar(&cell.Key, "key", "", "the word attended to (default: the one with the largest weight)")
	f.BoolVar(&full, "full", false, "show every number of the vectors")
	return p.runCommand(cmd, runCommand{check: oneSentence, find: func(q *request) (finding, error) {
		if err := checkHead(q.run, cell.Layer, cell.Head, "counted from 1"); err != nil {
			return finding{}, err
		}
		cell.Text, cell.Layer, cell.Head = q.args[0], cell.Layer-1, cell.Head-1
		x, err := analysis.Explain(q.run, cell)
		if err != nil {
			return finding{}, fmt.Errorf("%s: %w", printable.Quote(cell.Text), err)
		}
		draw := func(w io.Writer, x attention.Explanation, view text.Options) error {
			return text.Explanation(w, x, full, view)
		}
		return drawn(x, draw, readingNote(q.run)), nil
	}})
}
