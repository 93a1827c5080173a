// Package page writes maps, the film of a training, a chart, or the result of a sweep as one HTML file for a browser: [Maps],
// [Film], [Chart] and [WriteSweep].
//
// The folder assets holds the frame, the style and the scripts of a page, one component a file; browser holds the tests that run
// in a real browser.
package page

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// assets holds the parts of a page: its frame, its style and its scripts.
//
//go:embed assets/*.html assets/*.css assets/*.js
var assets embed.FS

// Maps writes the maps as one page for a browser: every layer and head of every sentence to choose from, the attention of each
// word as lines, running text and grid, the likely next words and, where a map has its vectors, the arithmetic of each cell. It
// opens with the selection (see [render.Selection.Of]). Words pass [printable.Text] first.
//
// The page is complete in one file: its policy forbids every request, and every script but its own. Equal maps give equal bytes.
// Without a map, with one that is not valid, or with a selection that a map does not have, it writes nothing and returns an
// error.
//
// With baselines, all of one name, the grid shows the attention, that of the baseline, or the difference; of maps with norms, the
// shares of the norms too.
func Maps(w io.Writer, s attention.Source, maps []attention.Map, baselines []attention.Baseline, shown render.Selection) error {
	if len(maps) == 0 {
		return errors.New("a page requires a sentence")
	}
	if err := attention.CheckBaselines(maps, baselines); err != nil {
		return err
	}
	d := newPageData(s)
	d.Frames = []pageFrame{{Step: s.Step}}
	for i, m := range maps {
		if err := m.InRange(shown.Layer, shown.Head, attention.All); err != nil {
			return fmt.Errorf("sentence %d: %w", i+1, err)
		}
		d.Sentences = append(d.Sentences, pageSentenceOf(m, shown))
		d.Frames[0].Sentences = append(d.Frames[0].Sentences, pageWeightsOf(m))
	}
	if shown.Norm {
		d.Shown = "norm"
	}
	if len(baselines) > 0 {
		d.Baseline = printable.Sentence(baselines[0].Name)
		d.Frames = append(d.Frames, pageFrame{Step: s.Step})
		for _, b := range baselines {
			d.Frames[1].Sentences = append(d.Frames[1].Sentences, pageWeightsOf(b.Map))
		}
	}
	text := pageText{Heading: "Which words each word attends to", Title: d.title("")}
	if name := d.Sentences[0].Name; name != "" {
		text = pageText{text.Heading + ": " + name, d.title(name + ": ")}
	}
	return d.write(w, text)
}

// LeastFormed is how much a link must weigh at the end of a film to be listed, if nothing else is asked for.
const LeastFormed = 0.2

// Loss is the loss of a training at one step, in nats per token.
type Loss struct {
	Step     int      `json:"step"`
	Training float64  `json:"training"` // of the last batch
	HeldOut  *float64 `json:"heldOut"`  // of the held-out text, or of a sample of it
}

// Film writes the frames of a training as one page for a browser: the map of each sample sentence as [Maps] shows it, a slider
// over the steps, the curves of the losses on a logarithmic axis, and the list of links that weigh at least `least` at the end with
// the step at which each formed (see [attention.Formation]). Selection and effects are those of the frame of the model's step,
// which is marked if it is not the last.
//
// It is complete in one file, and equal frames give equal bytes. Frames that do not belong
// together, as [attention.CheckFilm] reports, write nothing.
func Film(w io.Writer, s attention.Source, frames []attention.Frame, losses []Loss, least float64, shown render.Selection) error {
	if err := attention.CheckFilm(frames); err != nil {
		return err
	}
	d := newPageData(s)
	d.Film, d.Chart = true, lossChart(frames, losses)
	d.Model = attention.FrameOf(frames, s.Step)
	for i, m := range frames[d.Model].Sentences {
		if err := m.InRange(shown.Layer, shown.Head, attention.All); err != nil {
			return fmt.Errorf("sentence %d: %w", i+1, err)
		}
		d.Sentences = append(d.Sentences, pageSentenceOf(m, shown))
	}
	for _, f := range frames {
		frame := pageFrame{Step: f.Step, Loss: f.HeldOutLoss}
		for _, sentence := range f.Sentences {
			frame.Sentences = append(frame.Sentences, pageWeightsOf(sentence))
		}
		d.Frames = append(d.Frames, frame)
	}
	d.Formed, d.Least = attention.Formation(frames, least), least
	return d.write(w, pageText{
		Heading: "How attention formed in training",
		Title:   d.title("the film of "),
	})
}

// pageText is the words of a page that differ between a map and a film.
type pageText struct{ Heading, Title string }

// title names the page for the tab and the history of a browser: what it shows, of which run and step.
func (d *pageData) title(what string) string {
	first := d.Sentences[0].Text
	if runes := []rune(first); len(runes) > 80 {
		first = string(runes[:80]) + "…"
	}
	if more := len(d.Sentences) - 1; more > 0 {
		first += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s%s (%s, step %d)", what, first, d.Run, d.Step)
}

// write puts the page together.
func (d *pageData) write(w io.Writer, text pageText) error {
	d.Noun = "character"
	if slices.ContainsFunc(d.Sentences, func(s pageSentence) bool { return !s.Joined }) {
		d.Noun = "word"
	}
	// In this order each file uses only what stands before it, and main.js starts.
	return writePage(w, "page.html", text, text.Heading+": "+d.title(""), d,
		"document.js", "cells.js", "data.js", "scale.js", "table.js", "canvas.js", "choices.js", "text.js", "lines.js", "next.js",
		"overview.js", "arithmetic.js", "chart.js", "curve.js", "film.js", "theme.js", "main.js")
}

// writePage puts a page together: frame, style, scripts and data in one text.
func writePage(w io.Writer, frame string, text pageText, description string, page any, scripts ...string) error {
	of, err := assets.ReadFile("assets/" + frame)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return Live{Frame: string(of), Heading: text.Heading, Title: text.Title, Description: description, Page: page, Data: page,
		Shared: scripts}.Write(w)
}

// parts joins files of the page. Lines end as browsers read them, or the policy's sums would not hold.
func parts(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		part, err := assets.ReadFile("assets/" + name)
		if err != nil {
			return "", fmt.Errorf("page: %w", err)
		}
		b.WriteString(strings.ReplaceAll(string(part), "\r\n", "\n"))
	}
	return b.String(), nil
}
