package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"attend/internal/random"
)

var trainings = flag.Int("trainings", 40, "trainings that TestConcurrentTrainings starts")

// quick are the settings of a training that takes a moment and saves three times.
var quick = []string{"--data", "../animals.txt", "--min-count", "1", "--layers", "1", "--dim", "16", "--heads", "2", "--batch", "8",
	"--steps", "60", "--warmup", "5", "--save-interval", "20", "--eval-interval", "20"}

func quickTraining(seed int, more ...string) []string {
	return append(append([]string{"train", "--seed", fmt.Sprint(seed)}, quick...), more...)
}

// undisturbed makes a run of a seed by a training with which nothing interferes, and returns its sums.
func undisturbed(t *testing.T, seed int) [2]string {
	t.Helper()
	path := filepath.Join("straight", fmt.Sprint(seed))
	if _, err := os.Stat(path); err != nil {
		if c := runChild(t, "straight", quickTraining(seed, "--out", fmt.Sprint(seed))...); c.code != 0 {
			t.Fatal(c.stderr)
		}
	}
	sums, err := sumsOf(path)
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// sumsOf returns the SHA-256 of the two files of a run's checkpoint.
func sumsOf(path string) (sums [2]string, err error) {
	for i, name := range []string{"model.safetensors", "state.safetensors"} {
		b, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			return sums, err
		}
		sums[i] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return sums, nil
}

// unfinished makes a run that was interrupted at step 20 or soon after.
func unfinished(t *testing.T, path string, seed int) {
	t.Helper()
	w := newWorker(t, filepath.Dir(path), longest)
	defer w.close()
	o := w.do(job{Args: quickTraining(seed, "--out", filepath.Base(path)), StopAt: "step 20/"})
	if o.Code != exitInterrupted {
		t.Fatalf("code %d: %s%s", o.Code, o.Stderr, o.Died)
	}
}

// stressFolder makes an empty working folder with a text in it and goes there.
func stressFolder(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	if err := os.Mkdir("straight", 0o755); err != nil {
		t.Fatal(err)
	}
}

// leftovers lists the temporary files and folders under a folder.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	var left []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.Contains(filepath.Base(path), ".tmp-") {
			left = append(left, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// entrant is a training of a group.
type entrant struct {
	seed  int
	plain bool // it makes a folder of its own: neither --overwrite nor --resume
	args  []string
}

// group is a set of trainings that are started at once, and the run that is read meanwhile.
type group struct {
	kind     string
	entrants []entrant
	read     string // nothing: none
	winners  int    // how many of them must succeed, at the least
}

// kinds are the ways in which trainings meet. Each is called with the group's working folder, in which the finished run X
// and the interrupted run Y may be asked for.
var kinds = []struct {
	name  string
	build func(r *rand.Rand, n int, x, y func()) group
}{
	{"default name", func(r *rand.Rand, n int, _, _ func()) group {
		g := group{winners: n} // who loses the race takes the next name
		for range n {
			g.entrants = append(g.entrants, newEntrant(r, true))
		}
		return g
	}},
	{"same --out", func(r *rand.Rand, n int, _, _ func()) group {
		g := group{winners: 1}
		for range n {
			g.entrants = append(g.entrants, newEntrant(r, true, "--out", "Z"))
		}
		return g
	}},
	{"--overwrite", func(r *rand.Rand, n int, x, _ func()) group {
		x()
		g := group{read: "X", winners: 1}
		for range n {
			g.entrants = append(g.entrants, newEntrant(r, false, "--out", "X", "--overwrite"))
		}
		return g
	}},
	{"--resume", func(_ *rand.Rand, n int, _, y func()) group {
		y()
		g := group{read: "Y", winners: 1}
		for range n {
			g.entrants = append(g.entrants, entrant{1, false, []string{"train", "--resume", "Y"}})
		}
		return g
	}},
	{"mixed", func(r *rand.Rand, n int, x, y func()) group {
		x()
		y()
		g := group{read: []string{"X", "Y"}[r.IntN(2)]}
		for range n {
			g.entrants = append(g.entrants, []entrant{
				newEntrant(r, true),
				newEntrant(r, true, "--out", "Z"),
				newEntrant(r, false, "--out", "X", "--overwrite"),
				newEntrant(r, false, "--out", "Y", "--overwrite"),
				{1, false, []string{"train", "--resume", "Y"}},
			}[r.IntN(5)])
		}
		return g
	}},
}

func newEntrant(r *rand.Rand, plain bool, more ...string) entrant {
	seed := 1 + r.IntN(4)
	return entrant{seed, plain, quickTraining(seed, more...)}
}

// tally counts what became of trainings.
type tally struct {
	trainings, succeeded, refused   int
	lost, unopenable, wrong, untidy int
	reads, failedReads, leftovers   int
	groups, tooFew                  int // tooFew: groups in which fewer succeeded than could
}

func (c tally) failed() bool {
	return c.lost+c.unopenable+c.wrong+c.untidy+c.failedReads+c.leftovers+c.tooFew > 0
}

func (c tally) String() string {
	return fmt.Sprintf("%d trainings in %d groups: %d exited 0, %d were refused; of those that exited 0: %d lost, %d unopenable, %d with a wrong SHA-256; "+
		"%d failed without one clear line, %d groups had too few that exited 0, %d leftovers; %d of %d reads beside them failed",
		c.trainings, c.groups, c.succeeded, c.refused, c.lost, c.unopenable, c.wrong, c.untidy, c.tooFew, c.leftovers, c.failedReads, c.reads)
}

// Trainings that are started together lose nothing: each ends with its own run in place, or is refused in one line, and
// who reads a run meanwhile finds a whole one.
func TestConcurrentTrainings(t *testing.T) {
	most := *trainings
	if testing.Short() {
		most = min(most, 15)
	}
	stressFolder(t)
	for seed := 1; seed <= 4; seed++ {
		undisturbed(t, seed)
	}
	unfinished(t, filepath.Join("straight", "unfinished"), 1)
	all := map[string]*tally{}
	var total tally
	for i := 0; total.trainings < most; i++ {
		r := random.New(1, "concurrent", uint64(i))
		kind := kinds[i%len(kinds)]
		n := min(2+r.IntN(7), max(2, most-total.trainings))
		dir := fmt.Sprintf("g%d", i)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		placed := func(from, to string) func() {
			return func() {
				if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(filepath.Join("straight", from))); err != nil {
					t.Fatal(err)
				}
			}
		}
		g := kind.build(r, n, placed("1", "X"), placed("unfinished", "Y"))
		g.kind = fmt.Sprintf("group %d (%s, %d at once)", i, kind.name, n)
		c := meet(t, dir, g)
		if all[kind.name] == nil {
			all[kind.name] = &tally{}
		}
		for _, to := range []*tally{all[kind.name], &total} {
			to.add(c)
		}
		if !c.failed() {
			_ = os.RemoveAll(dir)
		}
	}
	for _, kind := range kinds {
		if c := all[kind.name]; c != nil {
			t.Logf("%s: %v", kind.name, c)
		}
	}
	if total.failed() {
		t.Errorf("%v", total)
	} else {
		t.Logf("%v", total)
	}
}

func (c *tally) add(o tally) {
	c.trainings += o.trainings
	c.succeeded += o.succeeded
	c.refused += o.refused
	c.lost += o.lost
	c.unopenable += o.unopenable
	c.wrong += o.wrong
	c.untidy += o.untidy
	c.reads += o.reads
	c.failedReads += o.failedReads
	c.leftovers += o.leftovers
	c.tooFew += o.tooFew
	c.groups += o.groups
}

// meet starts the trainings of a group at once in a folder, reads beside them, and judges what is there at the end.
func meet(t *testing.T, dir string, g group) tally {
	t.Helper()
	say := func(format string, a ...any) { t.Logf(g.kind+": "+format, a...) }
	c := tally{trainings: len(g.entrants), groups: 1}

	stop := make(chan struct{})
	var readers sync.WaitGroup
	if g.read != "" {
		w := newWorker(t, dir, longest)
		readers.Go(func() { readOn(w, g.read, stop, &c, say) })
	}
	var waits []func() child
	for _, e := range g.entrants {
		_, wait := startChild(t, dir, e.args...)
		waits = append(waits, wait)
	}
	ended := make([]child, len(waits))
	var group sync.WaitGroup
	for i, wait := range waits {
		group.Go(func() { ended[i] = wait() })
	}
	group.Wait()
	close(stop)
	readers.Wait()

	// By folder, in the order in which they ended, the trainings that say that they succeeded.
	winners := map[string][]int{}
	order := make([]int, len(ended))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return ended[a].ended.Compare(ended[b].ended) })
	for _, i := range order {
		e := ended[i]
		if e.code != 0 {
			c.refused++
			if wrong := badMessage(e.stderr); wrong != "" {
				c.untidy++
				say("%v: %s: %q", e.args, wrong, e.stderr)
			}
			continue
		}
		c.succeeded++
		folder := keptIn(e.stdout)
		if folder == "" {
			c.untidy++
			say("%v exited 0 and names no folder: %q", e.args, e.stdout)
			continue
		}
		if g.entrants[i].plain && len(winners[folder]) > 0 {
			c.lost++
			say("%v and another were both saved in %s", e.args, folder)
		}
		winners[folder] = append(winners[folder], i)
	}
	if c.succeeded < g.winners {
		c.tooFew++
		say("%d succeeded, want at least %d", c.succeeded, g.winners)
	}
	for folder, of := range winners {
		last := of[len(of)-1]
		path := filepath.Join(dir, folder)
		if _, err := os.Stat(path); err != nil {
			c.lost++
			say("%s is not there", folder)
			continue
		}
		if e := opens(t, dir, folder); e.code != 0 {
			c.unopenable++
			say("%s does not open: %s", folder, e.stderr)
			continue
		}
		if sums, err := sumsOf(path); err != nil || sums != undisturbed(t, g.entrants[last].seed) {
			c.wrong++
			say("%s has other bytes than an undisturbed training with seed %d: %v", folder, g.entrants[last].seed, err)
		}
	}
	for _, run := range []string{"X", "Y"} { // where nobody succeeded they must be whole
		if _, err := os.Stat(filepath.Join(dir, run)); err == nil && winners[run] == nil {
			if e := opens(t, dir, run); e.code != 0 {
				c.unopenable++
				say("%s does not open any more: %s", run, e.stderr)
			}
		}
	}
	if left := leftovers(t, dir); len(left) > 0 {
		c.leftovers += len(left)
		say("left: %v", left)
	}
	return c
}

// readOn reads a run again and again until it is told to stop.
func readOn(w *worker, folder string, stop <-chan struct{}, c *tally, say func(string, ...any)) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		args := [][]string{{"inspect", "the cat sat on the"}, {"film"}, {"inspect", "--format", "json", "the dog"}, {"eval"}}[i%4]
		args = append(slices.Clone(args), "--run", folder)
		o := w.do(job{Args: args})
		c.reads++
		if o.Code != 0 || len(o.Stdout) == 0 {
			if c.failedReads++; c.failedReads <= 3 {
				say("%v: code %d: %s%s", args, o.Code, o.Stderr, o.Died)
			}
		}
	}
}

// opens reads a run once with its logs.
func opens(t *testing.T, dir, folder string) child {
	t.Helper()
	if e := runChild(t, dir, "inspect", "--run", folder, "the cat sat"); e.code != 0 {
		return e
	}
	return runChild(t, dir, "film", "--run", folder)
}

var kept = regexp.MustCompile(`(?m)^saved in (.*)\. Next:$`)

// keptIn returns the folder that a training names on standard output, as the one that holds its run.
func keptIn(stdout string) string {
	m := kept.FindStringSubmatch(stdout)
	if m == nil {
		return ""
	}
	return m[1]
}
