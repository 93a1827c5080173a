package run

import (
	"fmt"
	"slices"
	"strings"

	"attend/data"
	"attend/inspect"
	"attend/internal/printable"
)

// CompareSentences reads two sentences, a minimal pair say, with one run.
func (r *Run) CompareSentences(a, b string) (inspect.Comparison, error) {
	reader, err := r.NewReader(1)
	if err != nil {
		return inspect.Comparison{}, err
	}
	defer reader.Close()
	c := inspect.Comparison{Of: r.source(), With: r.source()}
	if c.A, err = reader.Map(a, r.Config.Vocab); err != nil {
		return c, fmt.Errorf("%s: %w", printable.Quote(a), err)
	}
	if c.B, err = reader.Map(b, r.Config.Vocab); err != nil {
		return c, fmt.Errorf("%s: %w", printable.Quote(b), err)
	}
	return c, nil
}

// Compare reads one sentence with two runs and matches their heads, on held-out sentences as well if the
// corpus is given.
func Compare(a, b *Run, text string, corpus *data.Corpus) (inspect.Comparison, error) {
	c := inspect.Comparison{Of: a.source(), With: b.source()}
	if corpus != nil {
		if err := a.checkText(corpus); err != nil {
			return c, err
		}
	}
	for _, of := range []struct {
		run *Run
		m   *inspect.Map
	}{{a, &c.A}, {b, &c.B}} {
		if _, err := of.run.encode(text); err != nil {
			return c, fmt.Errorf("%s: %w", printable.Path(of.run.Path), err)
		}
		reader, err := of.run.NewReader(1)
		if err != nil {
			return c, err
		}
		defer reader.Close()
		if *of.m, err = reader.Map(text, of.run.Config.Vocab); err != nil {
			return c, err
		}
		metrics, err := of.run.Metrics()
		if err != nil {
			return c, err
		}
		if len(metrics) > 0 {
			c.Losses = append(c.Losses, metrics[len(metrics)-1].HeldOutLoss)
		}
	}
	var err error
	c.Settings = settingPairs(a.Settings, b.Settings)
	c.Matches, err = MatchHeads(a, b, matchTexts(a, b, text, corpus))
	return c, err
}

// source names a run for a result.
func (r *Run) source() inspect.Source { return inspect.Source{Run: r.Path, Step: r.Step} }

// settingPairs lists the settings in which two runs differ, by name.
func settingPairs(a, b Settings) (pairs []inspect.SettingPair) {
	for _, setting := range AllSettings() {
		if x, y := setting.Text(&a), setting.Text(&b); x != y {
			pairs = append(pairs, inspect.SettingPair{Name: setting.Name, A: x, B: y})
		}
	}
	slices.SortFunc(pairs, func(x, y inspect.SettingPair) int { return strings.Compare(x.Name, y.Name) })
	return pairs
}
