package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
)

// Names in the folder of a sweep.
const (
	planFile    = "sweep.yaml"    // what it trains
	resultsFile = "results.jsonl" // one line for each trial that has ended
	trialsName  = "trials"        // a run folder for each trial
)

// The largest sizes of its files, in bytes.
const (
	mostPlan    = 1 << 20
	mostResults = 1 << 30
)

// latestFormat is the version of the format of the folder.
const latestFormat = 1

// formatKey is a key of sweep.yaml besides the values and those of [run.TextPath].
const formatKey = "format-version"

// ResultsPath returns the path of the results of the sweep in a folder.
func ResultsPath(path string) string { return filepath.Join(path, resultsFile) }

// InPlanFile reports whether a name is in sweep.yaml and is no setting.
func InPlanFile(name string) bool {
	return name == formatKey || name == run.TextSumKey || name == run.TextPathKey
}

// Sweep is a sweep in its folder.
type Sweep struct {
	Path  string
	Plan  Plan
	Text  string // SHA-256 of the text
	Notes []string

	table    []run.Setting
	points   [][]string // those that are known: all of a grid
	trials   [][]Trial  // [point][seed]
	outcomes map[string]Outcome
	copies   map[string]int // trials of the plan by their hash: two points can be the same settings
	done     int            // trials of the plan that have an outcome
	best     string         // the one of them with the best objective; "" if there is none
	by       Objective

	results *os.File // to append to; nil if the sweep is only read
	release func()
}

// Is reports whether a folder holds a sweep.
func Is(path string) bool {
	_, err := os.Stat(filepath.Join(path, planFile))
	return err == nil
}

// Open reads a sweep.
func Open(path string) (*Sweep, error) {
	b, err := file.Read(filepath.Join(path, planFile), mostPlan)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, file.MissingError{Err: fmt.Errorf("there is no sweep in %s: `attend sweep` makes one", printable.Path(path))}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", printable.Path(filepath.Join(path, planFile)), file.Explain(err, "name another sweep"))
	}
	s := newSweep(path)
	if s.Plan, s.Text, err = parsePlan(path, b); err != nil {
		return nil, fmt.Errorf("%s: %w", printable.Path(filepath.Join(path, planFile)), err)
	}
	if s.outcomes, _, err = s.readResults(); err != nil {
		return nil, err
	}
	return s, s.addPoints()
}

// RecordedAhead returns [Plan.Ahead] of the search that a folder holds, which goes on with the same points however many train
// at the same time; 0 if it holds none.
func RecordedAhead(path string) int {
	b, err := file.Read(filepath.Join(path, planFile), mostPlan)
	if err != nil {
		return 0
	}
	if p, _, err := parsePlan(path, b); err == nil && p.Search == TPE {
		return p.Ahead
	}
	return 0
}

// parsePlan reads the sweep.yaml of a folder.
func parsePlan(path string, b []byte) (p Plan, text string, err error) {
	const again = "give the command again that made the sweep, which writes the file anew"
	v, _, err := ParseValues(b)
	if err != nil {
		return Plan{}, "", fmt.Errorf("%w: %s", err, again)
	}
	format, err := strconv.Atoi(v[formatKey])
	switch {
	case err != nil || format < 1:
		return Plan{}, "", fmt.Errorf("%s is a whole number, not %s: %s", formatKey, printable.Quote(v[formatKey]), again)
	case format > latestFormat:
		return Plan{}, "", fmt.Errorf("%s is %d and this version of attend knows 1 to %d: use the version that wrote it, or a newer one",
			formatKey, format, latestFormat)
	}
	text = v[run.TextSumKey]
	if sum, err := hex.DecodeString(text); err != nil || len(sum) != sha256.Size {
		return Plan{}, "", fmt.Errorf("%s is not the SHA-256 of a text: %s", run.TextSumKey, again)
	}
	if of, named := v.TextPath(); named {
		v["data"], _ = of.From(path)
	}
	if p, err = v.Plan(); err != nil {
		return Plan{}, "", fmt.Errorf("%s: %s", strings.TrimPrefix(err.Error(), "--"), again)
	}
	return p, text, nil
}

// Begin locks the folder of a sweep, which it creates, for a plan on a text. Trials that it holds already are not trained again. It
// must be closed. With retry, trials that failed are trained again.
func Begin(path string, p Plan, text string, retry bool) (_ *Sweep, err error) {
	s := newSweep(path)
	s.Plan, s.Text = p, text
	if err := checkFolder(path, text); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(path)), 0o755); err != nil {
		return nil, s.cannotMake(err)
	}
	s.release, err = file.Lock(filepath.Join(filepath.Dir(filepath.Clean(path)), "."+filepath.Base(path)+".lock"), 0)
	if errors.Is(err, file.ErrLocked) {
		return nil, fmt.Errorf("the sweep %s is running in another process: wait until it ends, stop it, or choose another --name",
			printable.Path(path))
	}
	if err != nil {
		return nil, s.cannotMake(err)
	}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err = checkFolder(path, text); err != nil { // again: another process may have made it
		return nil, err
	}
	if err = os.MkdirAll(s.trialsPath(), 0o755); err != nil {
		return nil, s.cannotMake(err)
	}
	kept := 0
	if s.outcomes, kept, err = s.readResults(); err != nil {
		return nil, err
	}
	s.forgetFailed(retry)
	if err = file.Replace(filepath.Join(path, planFile), file.Bytes(planYAML(path, p, text))); err != nil {
		return nil, s.cannotMake(err)
	}
	s.results, err = os.OpenFile(filepath.Join(path, resultsFile), os.O_WRONLY|os.O_CREATE, 0o644)
	if err == nil {
		err = s.results.Truncate(int64(kept)) // without a line that a killed process has not completed
	}
	if err == nil {
		_, err = s.results.Seek(int64(kept), 0)
	}
	if err != nil {
		return nil, s.cannotMake(err)
	}
	return s, s.addPoints()
}

// planYAML returns the sweep.yaml of a folder.
func planYAML(path string, p Plan, text string) []byte {
	values, of := p.Values(), run.TextPathFrom(path, p.Base.Data, text)
	if _, given := values["data"]; given {
		values["data"] = of.Path
	}
	b := fmt.Appendf(nil, "# What this sweep trains; `attend sweep --config FILE` repeats it.\n%s: %d\n", formatKey, latestFormat)
	return slices.Concat(b, of.YAML(), values.yaml())
}

// Preview returns the sweep of a folder, which need not exist, as [Begin] would find it.
func Preview(path string, p Plan, text string, retry bool) (*Sweep, error) {
	s := newSweep(path)
	s.Plan, s.Text = p, text
	if err := checkFolder(path, text); err != nil {
		return nil, err
	}
	var err error
	if s.outcomes, _, err = s.readResults(); err != nil {
		return nil, err
	}
	s.forgetFailed(retry)
	return s, s.addPoints()
}

// forgetFailed removes the outcomes of trials that failed.
func (s *Sweep) forgetFailed(retry bool) {
	maps.DeleteFunc(s.outcomes, func(_ string, o Outcome) bool { return retry && o.Failed != "" })
}

// checkFolder returns an error if a path holds anything but a sweep of that text. sweep.yaml may be missing or damaged: it is
// written anew, and the trials are known by their hash, which is also that of the text.
func checkFolder(path, text string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is %s: choose another --name", printable.Path(path), file.Kind(info.Mode()))
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("cannot read the folder %s: %w", printable.Path(path), file.Explain(err, "choose another --name"))
	}
	b, err := file.Read(filepath.Join(path, planFile), mostPlan)
	if errors.Is(err, fs.ErrNotExist) {
		for _, e := range entries {
			if name := e.Name(); name != trialsName && name != resultsFile && !file.IsTemporary(name, planFile) {
				return fmt.Errorf("%s has files that are not of a sweep: choose another --name", printable.Path(path))
			}
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", printable.Path(filepath.Join(path, planFile)), file.Explain(err, "choose another --name"))
	}
	v, _, err := ParseValues(b)
	if err != nil {
		return nil
	}
	_, _, err = parsePlan(path, b)
	switch format, _ := strconv.Atoi(v[formatKey]); {
	case format > latestFormat:
		return fmt.Errorf("%s: %w", printable.Path(filepath.Join(path, planFile)), err)
	case len(v[run.TextSumKey]) == len(text) && v[run.TextSumKey] != text:
		return fmt.Errorf("the sweep %s was made on another text: choose another --name, so that its results stay comparable",
			printable.Path(path))
	}
	return nil
}

func (s *Sweep) cannotMake(err error) error {
	return fmt.Errorf("cannot create the sweep %s: %w", printable.Path(s.Path), file.Explain(err, "choose another --name"))
}

// Close releases the folder.
func (s *Sweep) Close() error {
	var err error
	if s.results != nil {
		err = errors.Join(s.results.Sync(), s.results.Close())
		s.results = nil
	}
	if s.release != nil {
		s.release()
		s.release = nil
	}
	return err
}

func (s *Sweep) trialsPath() string { return filepath.Join(s.Path, trialsName) }

// TrialPath returns the folder of a trial.
func (s *Sweep) TrialPath(hash string) string { return filepath.Join(s.trialsPath(), hash) }

// sumKey is the text before the checksum at the end of a line of results.jsonl.
const sumKey = `,"sum":"`

// sumOf returns the checksum of a line of results.jsonl without it.
func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// record appends an outcome to results.jsonl. If that fails, as on a full disk, no part of the line is left: others may follow.
func (s *Sweep) record(o Outcome) error {
	content, err := json.Marshal(o)
	if err != nil {
		return err
	}
	line := append(content[:len(content)-1:len(content)-1], sumKey+sumOf(content)+"\"}\n"...)
	if n, err := s.results.Write(line); err != nil {
		if before, seekErr := s.results.Seek(int64(-n), io.SeekCurrent); seekErr == nil {
			_ = s.results.Truncate(before) // the same disk: the error of the write says why
		}
		return fmt.Errorf("cannot write %s: %w: free some space and give the same command again, which goes on from here",
			printable.Path(filepath.Join(s.Path, resultsFile)), file.Cause(err))
	}
	s.outcomes[o.Trial] = o
	s.count(o)
	return nil
}

// count takes note of the outcome of a trial.
func (s *Sweep) count(o Outcome) {
	if s.copies[o.Trial] == 0 {
		return // of an earlier plan
	}
	s.done += s.copies[o.Trial]
	value, ok := s.by.Of(o)
	if !ok {
		return
	}
	best, _ := s.by.Of(s.outcomes[s.best])
	if c := s.by.Compare(value, best); s.best == "" || c < 0 || c == 0 && o.Trial < s.best {
		s.best = o.Trial
	}
}

// Done returns the number of trials that have ended.
func (s *Sweep) Done() int { return s.done }

// readResults returns the outcomes by trial, and how many bytes of results.jsonl hold them: a last line without a line feed was not
// completed and does not count.
func (s *Sweep) readResults() (outcomes map[string]Outcome, kept int, err error) {
	outcomes = map[string]Outcome{}
	path := filepath.Join(s.Path, resultsFile)
	b, err := file.Read(path, mostResults)
	if errors.Is(err, fs.ErrNotExist) {
		return outcomes, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", printable.Path(path), file.Explain(err, "restore the file from a copy"))
	}
	number := 0
	for line := range bytes.Lines(b) {
		number++
		if line[len(line)-1] != '\n' {
			break
		}
		var o Outcome
		at := bytes.LastIndex(line, []byte(sumKey))
		content := append(bytes.Clone(line[:max(0, at)]), '}')
		if at < 0 || string(line[at:]) != sumKey+sumOf(content)+"\"}\n" || json.Unmarshal(content, &o) != nil {
			return nil, 0, fmt.Errorf("%s: line %d is damaged: delete the line, and the same `attend sweep` makes it again",
				printable.Path(path), number)
		}
		outcomes[o.Trial] = o
		kept += len(line)
	}
	return outcomes, kept, nil
}

// newSweep returns the sweep of a folder, of which nothing is known yet.
func newSweep(path string) *Sweep {
	return &Sweep{Path: path, table: run.AllSettings(), copies: map[string]int{}}
}

// addPoints adds the points that follow from the plan and the outcomes, and their trials.
func (s *Sweep) addPoints() error {
	s.by = objectiveNamed(s.Plan.Objective)
	for i := len(s.points); i < s.Plan.PointCount(); i++ {
		var values []string
		switch s.Plan.Search {
		case Grid:
			values = s.Plan.gridPoint(i)
		case Random:
			values = randomPoint(s.Plan.Axes, s.Plan.SearchSeed, i)
		default:
			observed, known := s.observed(i - max(1, s.Plan.Ahead))
			if !known {
				return nil
			}
			if values = tpePoint(s.Plan.Axes, s.Plan.SearchSeed, i, observed); values == nil { // all that there are were drawn
				return nil
			}
		}
		trials, err := s.Plan.trials(i, values, s.Text, s.table)
		if err != nil {
			return err
		}
		s.points, s.trials = append(s.points, values), append(s.trials, trials)
		for _, t := range trials {
			o, ended := s.outcomes[t.Hash]
			first := s.copies[t.Hash] == 0
			s.copies[t.Hash]++
			switch {
			case ended && first:
				s.count(o)
			case ended:
				s.done++
			}
		}
	}
	return nil
}

// observed returns the points up to and including one with their objectives, and whether all their trials have ended. The objective of
// a point is the mean over its seeds; a point of which a trial failed is worse than any other.
func (s *Sweep) observed(last int) (observed []observation, known bool) {
	for i := range last + 1 {
		sum := 0.0
		for _, t := range s.trials[i] {
			outcome, ended := s.outcomes[t.Hash]
			if !ended {
				return nil, false
			}
			sum += s.by.loss(outcome)
		}
		observed = append(observed, observation{s.points[i], sum / float64(len(s.trials[i]))})
	}
	return observed, true
}

// Under returns the names of the sweeps in a folder.
func Under(root string) (names []string) {
	entries, _ := os.ReadDir(root) // an error means no entries
	for _, e := range entries {
		if Is(filepath.Join(root, e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names
}
