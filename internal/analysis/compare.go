package analysis

import (
	"fmt"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// CompareSentences reads two sentences, a minimal pair say, with one run.
func CompareSentences(r *run.Run, a, b string) (attention.Comparison, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return attention.Comparison{}, err
	}
	defer session.Close()
	c := attention.Comparison{Of: source(r), With: source(r)}
	if c.A, err = session.Map(a, r.Config.Vocab); err != nil {
		return c, fmt.Errorf("%s: %w", printable.Quote(a), err)
	}
	if c.B, err = session.Map(b, r.Config.Vocab); err != nil {
		return c, fmt.Errorf("%s: %w", printable.Quote(b), err)
	}
	return c, nil
}

// Compare reads one sentence with two runs and matches their heads, on held-out sentences as well if the
// corpus is given.
func Compare(a, b *run.Run, text string, corpus *data.Corpus) (attention.Comparison, error) {
	c := attention.Comparison{Of: source(a), With: source(b)}
	if corpus != nil {
		if err := a.CheckText(corpus); err != nil {
			return c, err
		}
	}
	for _, of := range []struct {
		run *run.Run
		m   *attention.Map
	}{{a, &c.A}, {b, &c.B}} {
		if _, err := of.run.Encode(text); err != nil {
			return c, fmt.Errorf("%s: %w", printable.Path(of.run.Path), err)
		}
		session, err := of.run.NewSession(1)
		if err != nil {
			return c, err
		}
		defer session.Close()
		if *of.m, err = session.Map(text, of.run.Config.Vocab); err != nil {
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
func source(r *run.Run) attention.Source { return attention.Source{Run: r.Path, Step: r.Step} }

// settingPairs lists the settings in which two runs differ, by name.
func settingPairs(a, b run.Settings) (pairs []attention.SettingPair) {
	for _, setting := range run.AllSettings() {
		if x, y := setting.Text(&a), setting.Text(&b); x != y {
			pairs = append(pairs, attention.SettingPair{Name: setting.Name, A: x, B: y})
		}
	}
	slices.SortFunc(pairs, func(x, y attention.SettingPair) int { return strings.Compare(x.Name, y.Name) })
	return pairs
}
