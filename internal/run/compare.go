package run

import (
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/render"
)

// CompareSentences reads two sentences, a minimal pair say, with one run.
func (r *Run) CompareSentences(a, b string) (render.Comparison, error) {
	reader, err := r.NewReader(1)
	if err != nil {
		return render.Comparison{}, err
	}
	defer reader.Close()
	c := render.Comparison{Of: r.source(), With: r.source()}
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
func Compare(a, b *Run, text string, corpus *data.Corpus) (render.Comparison, error) {
	c := render.Comparison{Of: a.source(), With: b.source()}
	if corpus != nil {
		if err := a.checkText(corpus); err != nil {
			return c, err
		}
	}
	for _, of := range []struct {
		run *Run
		m   *render.Map
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
	if c.Settings, err = settingPairs(a.Settings, b.Settings); err != nil {
		return c, err
	}
	c.Matches, err = MatchHeads(a, b, matchTexts(a, b, text, corpus))
	return c, err
}

// source names a run for a result.
func (r *Run) source() render.Source { return render.Source{Run: r.Path, Step: r.Step} }

// settingPairs lists the settings in which two runs differ, by name.
func settingPairs(a, b Settings) ([]render.SettingPair, error) {
	var values [2]map[string]any
	for i, s := range []Settings{a, b} {
		text, err := s.YAML()
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(text, &values[i]); err != nil {
			return nil, err
		}
	}
	var pairs []render.SettingPair
	for _, name := range slices.Sorted(maps.Keys(values[0])) {
		if x, y := fmt.Sprint(values[0][name]), fmt.Sprint(values[1][name]); x != y {
			pairs = append(pairs, render.SettingPair{Name: name, A: x, B: y})
		}
	}
	return pairs, nil
}
