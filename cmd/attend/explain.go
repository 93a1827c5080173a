package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

func newExplain(p *program) *cobra.Command {
	var path, format string
	var full bool
	cell := attention.Cell{Layer: 1, Head: 1}
	cmd := &cobra.Command{
		Use:   "explain SENTENCE",
		Short: "the arithmetic of one cell of a map, step by step",
		Long: `Write out how one word comes to look at another in one head: the query and the key, their dot
product, the scaling, the mask, the softmax over the row, and what the value adds. Every number is
the one that the model computed.

A word that occurs twice is meant by the:1 or the:2, any token by its place from 0. By default the
last word is the query, and the key is what it looks at most.`,
		Example: `  attend explain "The lion saw the zebra near the"
  attend explain "The lion saw the zebra near the" --head 3 --query the:2 --key zebra
  attend explain "The lion saw the zebra near the" --key near --full
  attend explain "The lion saw the zebra" --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOneOf("format", format, "text", "json"); err != nil {
				return err
			}
			if err := checkLimits(cmd.Flags(), []limit{{"layer", run.Range{Low: 1, High: 1000}}, {"head", run.Range{Low: 1, High: 4096}}}); err != nil {
				return err
			}
			if len(args) != 1 {
				return errors.New(wantOneSentence(cmd.Name(), len(args)))
			}
			cell.Text = args[0]
			return p.explain(path, format, full, cell)
		},
	}
	p.runFlag(cmd, &path)
	f := cmd.Flags()
	intFlag(f, &cell.Layer, "layer", cell.Layer, "layer, from 1")
	intFlag(f, &cell.Head, "head", cell.Head, "head, from 1")
	f.StringVar(&cell.Query, "query", "", "the word that looks (default: the last)")
	f.StringVar(&cell.Key, "key", "", "the word looked at (default: the one with the largest weight)")
	f.BoolVar(&full, "full", false, "every number of the vectors")
	textOrJSON(cmd, &format)
	return cmd
}

// explain prints the arithmetic of a cell, whose layer and head count from 1.
func (p *program) explain(path, format string, full bool, c attention.Cell) error {
	r, err := p.openRun(path)
	if err != nil {
		return err
	}
	if c.Layer > r.Config.Layers {
		return fmt.Errorf("--layer %d: %s has %s, counted from 1", c.Layer, printable.Path(r.Path), printable.Count(r.Config.Layers, "layer"))
	}
	if c.Head > r.Config.Heads {
		return fmt.Errorf("--head %d: %s has %s, counted from 1", c.Head, printable.Path(r.Path), printable.Count(r.Config.Heads, "head"))
	}
	c.Layer, c.Head = c.Layer-1, c.Head-1
	x, err := analysis.Explain(r, c)
	if err != nil {
		return fmt.Errorf("%s: %w", printable.Quote(c.Text), err)
	}
	if err := checkFinite(r.Path, x); err != nil {
		return err
	}
	if format == "json" {
		return p.writeJSON(r, x)
	}
	o := textOptions(p.stdout)
	if err := text.Explanation(p.stdout, x, full, o); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "\n%s\n", term.Wrap(readingNote(r), o.Width))
	return err
}
