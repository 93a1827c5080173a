package analysis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/train"
)

// Seeds trains the settings of a run with count seeds, that of the run itself the first, and returns the links of a sentence that
// occur in these trainings. All train on the same split of the text. The trainings are not kept. Report, if not nil, is called
// after every seed.
func Seeds(ctx context.Context, r *run.Run, corpus *data.Corpus, text string, count int, least float64,
	report func(done int)) (attention.Recurrence, error) {
	result := attention.Recurrence{Least: least}
	if err := r.CheckText(corpus); err != nil {
		return result, err
	}
	folder, err := os.MkdirTemp("", "attend-seeds-")
	if err != nil {
		return result, err
	}
	defer os.RemoveAll(folder)
	var all []attention.Map
	for i := range count {
		other := r
		if i > 0 {
			s := r.Settings
			s.Seed += uint64(i)
			if other, err = trainTemporary(ctx, filepath.Join(folder, fmt.Sprint(i)), s, corpus, r); err != nil {
				return result, err
			}
		}
		read, err := Maps(other, 1, text)
		if err != nil {
			return result, err
		}
		seed := attention.SeedResult{Seed: other.Settings.Seed, Next: read[0].Next[0]}
		if corpus.HeldOut.Len() > 0 {
			loss, err := HeldOutLoss(other, corpus)
			if err != nil {
				return result, err
			}
			seed.HeldOutLoss = &loss
		}
		result.Seeds = append(result.Seeds, seed)
		all = append(all, read...)
		if report != nil {
			report(i + 1)
		}
	}
	result.Encoded, result.Links = all[0].Encoded, Recurring(all, least)
	return result, nil
}

// trainTemporary trains settings to the end in a folder, with the memory limit of another run.
func trainTemporary(ctx context.Context, path string, s run.Settings, corpus *data.Corpus, like *run.Run) (*run.Run, error) {
	t, err := run.Start(path, s, corpus, false, run.MemoryOf(like), run.OnBuild(func(run.Building) error { return ctx.Err() }))
	if err != nil {
		return nil, err
	}
	err = errors.Join(t.Train(ctx, func(run.Progress) {}), t.Close())
	if diverged := new(train.DivergedError); errors.As(err, &diverged) {
		err = diverged // without the folder, which is gone in a moment
	}
	if err != nil {
		return nil, fmt.Errorf("seed %d: %w", s.Seed, err)
	}
	return t.Model(), nil
}

// Recurring returns the links of one sentence with the number of maps in which each occurs: a link occurs in a map if some head
// of some layer has a weight of at least `least` there. The first token has no link, since it can attend to itself only.
func Recurring(maps []attention.Map, least float64) []attention.RecurringLink {
	var links []attention.RecurringLink
	for q := 1; q < len(maps[0].Tokens); q++ {
		for k := range q + 1 {
			l := attention.RecurringLink{Query: q, Key: k}
			for _, m := range maps {
				top := 0.0
				for _, heads := range m.Attention {
					for _, weights := range heads {
						top = max(top, float64(weights[q][k]))
					}
				}
				if top >= least {
					l.Seeds++
				}
				l.Weight += top / float64(len(maps))
			}
			if l.Seeds > 0 {
				links = append(links, l)
			}
		}
	}
	slices.SortStableFunc(links, func(a, b attention.RecurringLink) int {
		return cmp.Or(cmp.Compare(b.Seeds, a.Seeds), cmp.Compare(b.Weight, a.Weight))
	})
	return links
}
