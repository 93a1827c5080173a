package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"attend/data"
	"attend/internal/render"
	"attend/train"
)

// Seeds trains the run's settings with other seeds, its own the first of them, and tells which links of a sentence
// recur. All learn from the same part of the text, the run's, and none is kept. Report, if not nil, hears of every seed that is done.
func (r *Run) Seeds(ctx context.Context, corpus *data.Corpus, text string, count int, least float64, report func(done int)) (render.Recurrence, error) {
	result := render.Recurrence{Text: text, Least: least}
	if err := r.checkText(corpus); err != nil {
		return result, err
	}
	folder, err := os.MkdirTemp("", "attend-seeds-")
	if err != nil {
		return result, fmt.Errorf("%w", err)
	}
	defer os.RemoveAll(folder)
	var all []render.Map
	for i := range count {
		other := r
		if i > 0 {
			s := r.Settings.withSeed(r.Settings.Seed + uint64(i))
			if other, err = trainAside(ctx, filepath.Join(folder, fmt.Sprint(i)), s, corpus, r.options); err != nil {
				return result, err
			}
		}
		reader, err := other.NewReader(1)
		if err != nil {
			return result, err
		}
		m, err := reader.Map(text, 1)
		if err = errors.Join(err, reader.Close()); err != nil {
			return result, err
		}
		metrics, err := other.Metrics()
		if err != nil {
			return result, err
		}
		seed := render.SeedResult{Seed: other.Settings.Seed, Next: m.Next[0]}
		if len(metrics) > 0 {
			seed.HeldOutLoss = metrics[len(metrics)-1].HeldOutLoss
		}
		result.Seeds = append(result.Seeds, seed)
		all = append(all, m)
		if report != nil {
			report(i + 1)
		}
	}
	result.Tokens = all[0].Tokens
	result.Links = render.Recurring(all, least)
	return result, nil
}

// withSeed returns the settings with another seed.
func (s Settings) withSeed(seed uint64) Settings {
	s.Seed = seed
	return s
}

// trainAside trains settings to the end in a folder.
func trainAside(ctx context.Context, path string, s Settings, corpus *data.Corpus, o options) (*Run, error) {
	o.building = func(Building) error { return ctx.Err() }
	t, err := Start(path, s, corpus, false, func(other *options) { *other = o })
	if err != nil {
		return nil, err
	}
	err = errors.Join(t.Train(ctx, func(Progress) {}), t.Close())
	if diverged := new(train.DivergedError); errors.As(err, &diverged) {
		err = diverged // without the folder, which is gone in a moment
	}
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
	}
	return t.Run, nil
}
