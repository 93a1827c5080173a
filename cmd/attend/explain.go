package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
)

func newExplain(p *program) *cobra.Command {
	var full bool
	var link analysis.LinkName // until the run is open these count from 1
	cmd := &cobra.Command{
		Use:   "explain SENTENCE",
		Short: "the arithmetic of one attention weight, step by step",
		Long: `Write out how one attention weight is computed in one head: the query and the
key, their dot product, the scaling, the mask, the softmax over the row, and
what the value adds to the output. Every number is the one that the model
computed.

By default the query is the last word and the key is the word with the largest
weight.` + namingHelp + indexBase,
		Example: `  attend explain "The lion saw the zebra near the"
  attend explain "The lion saw the zebra near the" --head 3 --query the:2 --key zebra
  attend explain "The lion saw the zebra near the" --key near --full
  attend explain "The lion saw the zebra near the" --query "#4"
  attend explain "The lion saw the zebra" --format json`,
	}
	f := cmd.Flags()
	numberFlag(f, &link.Layer, "layer", 0, between(1, 1000), "layer, from 1 (default: that of the most important head)")
	numberFlag(f, &link.Head, "head", 0, between(1, 4096), "head, from 1 (default: the most important head, or 1 if --layer is given)")
	wordFlag(f, &link.Query, "query", "the word that attends, or its position (default: the last)")
	wordFlag(f, &link.Key, "key", "the word attended to, or its position (default: the one with the largest weight)")
	f.BoolVar(&full, "full", false, "show every number of the vectors")
	return p.runCommand(cmd, runCommand{check: oneSentence, find: func(q *request) (finding, error) {
		err := checkHead(q.run, link.Layer, link.Head)
		if err != nil {
			return finding{}, err
		}
		link.Text = q.args[0]
		q.namesUnknown(link.Text)
		if link.Layer == 0 && link.Head == 0 {
			if link.Layer, link.Head, err = importantHead(q.run, link.Text); err != nil {
				return finding{}, err
			}
		}
		link.Layer, link.Head = max(link.Layer-1, 0), max(link.Head-1, 0)
		x, err := analysis.Explain(q.run, link)
		if err != nil {
			return finding{}, fmt.Errorf("%s: %w", printable.Quote(link.Text), err)
		}
		p.noteShortened(q.run, link.Text)
		p.note(x.Readings...)
		draw := func(w io.Writer, x attention.Explanation, view text.Options) error {
			return text.Explanation(w, x, full, view)
		}
		return drawn(x, draw, readingNote(q.run)), nil
	}})
}

// importantHead returns the layer and the head, from 1, with the largest effect on the next word; 0 and 0 if no head has one.
func importantHead(r *run.Run, sentence string) (layer, head int, err error) {
	maps, err := analysis.Maps(r, 1, sentence)
	if err == nil {
		err = analysis.MeasureEffects(r, &maps[0])
	}
	if err != nil {
		return 0, 0, err
	}
	for _, h := range maps[0].Important() {
		return h.Layer + 1, h.Head + 1, nil
	}
	return 0, 0, nil
}
