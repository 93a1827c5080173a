package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"attend/internal/random"
)

var (
	mutations = flag.Int("mutations", 0, "run folders that TestMutatedRuns damages or forges; 0: a few, and what depends on the clock is not judged")
	mutation  = flag.Int("mutation", -1, "the one that TestMutatedRuns makes again")
)

// What a command may take of a run from elsewhere.
const (
	mutatedSeconds = 5
	mutatedMemory  = 150_000_000 // bytes; a training, whose settings may ask for any amount, has a bound that its estimate may miss by a quarter
	messageLength  = 400         // characters
)

// mutant is a run folder that was damaged or forged.
type mutant struct {
	kind, sibling string // the runs in good/ that it was made from
	files         map[string][]byte
	special       map[string]func(path string) error // makes what is not made of bytes
	what          []string
	forged        bool // every checksum that matters was computed again, so that other output is no fault
	settingsOf    bool // training.yaml is the sibling's, so that the sibling's output is right too
}

func (m *mutant) say(format string, a ...any) { m.what = append(m.what, fmt.Sprintf(format, a...)) }

// goodRuns are the runs that mutants are made from, each with its sibling, whose settings differ in the seed alone.
var goodRuns = []struct {
	name, sibling string
	args          []string
}{
	{"words", "words-2", []string{"--seed", "1"}},
	{"words-2", "words", []string{"--seed", "2"}},
	{"chars", "words", []string{"--unit", "char", "--context", "16"}},
}

const mutatedRun = "runs/case"

// lookedAt are the command lines that read a run, and the one that goes on with it, which is the last.
var lookedAt = [][]string{
	{"inspect", "--run", mutatedRun, "the cat sat on the"},
	{"inspect", "--run", mutatedRun, "the cat sat on the", "--format", "json"},
	{"inspect", "--run", mutatedRun, "the cat sat on the", "--format", "csv"},
	{"inspect", "--run", mutatedRun, "the cat sat on the", "--format", "svg"},
	{"why", "--run", mutatedRun, "the cat sat on the"},
	{"explain", "--run", mutatedRun, "the cat sat on the"},
	{"heads", "--run", mutatedRun},
	{"words", "--run", mutatedRun},
	{"words", "--run", mutatedRun, "the"},
	{"film", "--run", mutatedRun},
	{"film", "--run", mutatedRun, "--format", "json"},
	{"plot", mutatedRun},
	{"plot", mutatedRun, "--format", "json"},
	{"eval", "--run", mutatedRun},
	{"eval", "--run", mutatedRun, "--format", "json"},
	{"complete", "--run", mutatedRun, "the", "--tokens", "8"},
	{"compare", "--run", mutatedRun, "--with", "good/words", "the cat sat"},
	{"compare", "--run", "good/words", "--with", mutatedRun, "the cat sat"},
	{"train", "--resume", mutatedRun, "--steps", "24", "--max-memory", "110MB"},
}

// whole is what the commands print of an undamaged run: the outputs, and the sums once it was gone on with.
type wholeOutput struct {
	outcomes []outcome
	sums     [2]string
}

// Whatever stands in a run folder, each command that reads it prints what the undamaged run prints or refuses it in one clear
// line, soon, with little memory, and without a byte that controls a terminal.
func TestMutatedRuns(t *testing.T) {
	full, first, end := *mutations > 0, 0, *mutations
	switch {
	case *mutation >= 0:
		first, end = *mutation, *mutation+1
	case !full:
		end = 20
	}
	stressFolder(t)
	limit := longest
	if full || *mutation >= 0 {
		limit = mutatedSeconds * time.Second
	}
	maker := newWorker(t, ".", longest)
	good, right := map[string]map[string][]byte{}, map[string]wholeOutput{}
	for _, g := range goodRuns {
		args := append([]string{"train", "--data", "animals.txt", "--min-count", "1", "--steps", "24", "--warmup", "2", "--batch", "4", "--eval-interval", "5",
			"--dim", "8", "--heads", "2", "--out", "good/" + g.name}, g.args...)
		if o := maker.do(job{Args: args, StopAt: "step 20/"}); o.Code != exitInterrupted {
			t.Fatalf("%s: code %d: %s%s", g.name, o.Code, o.Stderr, o.Died)
		}
		good[g.name] = map[string][]byte{}
		for _, name := range runFiles {
			b, err := os.ReadFile(filepath.Join("good", g.name, name))
			if err != nil {
				t.Fatal(err)
			}
			good[g.name][name] = b
		}
	}
	w := newWorker(t, ".", limit)
	for _, g := range goodRuns {
		place(t, &mutant{files: good[g.name]})
		var o wholeOutput
		for _, args := range lookedAt {
			one := w.do(job{Args: args})
			if one.Code != 0 && g.name != "chars" { // a run of characters has no word "the", and compares with no run of words
				t.Fatalf("%s: attend %s: %s%s", g.name, strings.Join(args, " "), one.Stderr, one.Died)
			}
			o.outcomes = append(o.outcomes, one)
		}
		var err error
		if o.sums, err = sumsOf(mutatedRun); err != nil {
			t.Fatal(err)
		}
		right[g.name] = o
	}

	faults, shown := map[string]int{}, 0
	commands, refused, most := 0, 0, outcome{}
	for i := first; i < end; i++ {
		m := mutate(random.New(1, "mutant", uint64(i)), good)
		place(t, m)
		for j, args := range lookedAt {
			o := w.do(job{Args: args})
			commands++
			most.Seconds, most.Peak = max(most.Seconds, o.Seconds), max(most.Peak, o.Peak)
			if o.Code != 0 {
				refused++
			}
			for _, fault := range judge(m, j, o, right, full) {
				if faults[fault]++; faults[fault] <= 3 || shown < 20 {
					shown++
					t.Logf("mutant %d (%s: %s): attend %s: %s: code %d, %.300q%.600s\n  again: go test ./cmd/attend -run TestMutatedRuns -mutation %d",
						i, m.kind, strings.Join(m.what, "; "), strings.Join(args, " "), fault, o.Code, o.Stderr, o.Died, i)
				}
			}
			if o.Died != "" {
				break // the other commands read the same files
			}
		}
	}
	summary := fmt.Sprintf("%d mutants, %d commands: %d refused; at most %.2f s and %d MB", end-first, commands, refused, most.Seconds, most.Peak/1e6)
	for _, fault := range slices.Sorted(maps.Keys(faults)) {
		summary += fmt.Sprintf("; %d %s", faults[fault], fault)
	}
	if len(faults) > 0 {
		t.Error(summary)
	} else {
		t.Log(summary)
	}
}

// place puts a mutant where the commands look for it.
func place(t *testing.T, m *mutant) {
	t.Helper()
	if err := os.RemoveAll("runs"); err != nil {
		t.Fatal(err)
	}
	for name, b := range m.files {
		write(t, filepath.Join(mutatedRun, name), string(b))
	}
	if err := os.MkdirAll(mutatedRun, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, make := range m.special {
		path := filepath.Join(mutatedRun, name)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := make(path); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
}

// judge names what is wrong with the outcome of command j over a mutant.
func judge(m *mutant, j int, o outcome, right map[string]wholeOutput, full bool) (faults []string) {
	if o.Died != "" {
		for _, c := range [][2]string{{"it was killed after", "hangs"}, {"killed for its memory", "out of memory"}, {"fatal error:", "fatal errors"}, {"panic:", "panics"}} {
			if strings.Contains(o.Died, c[0]) {
				return []string{c[1]}
			}
		}
		return []string{"dead"}
	}
	if o.Peak > mutatedMemory {
		faults = append(faults, "took more memory")
	}
	if full && o.Seconds > mutatedSeconds {
		faults = append(faults, "slow")
	}
	if raw := rawByte(o.Stdout); raw != "" {
		faults = append(faults, "raw bytes on standard output")
	}
	if raw := rawByte(o.Stderr); raw != "" {
		faults = append(faults, "raw bytes on standard error")
	}
	for line := range strings.Lines(string(o.Stderr)) {
		if utf8.RuneCountInString(line) > messageLength {
			faults = append(faults, "messages too long")
			break
		}
	}
	if o.Code != 0 {
		if badMessage(string(o.Stderr)) != "" {
			faults = append(faults, "messages that are not one line")
		}
		return faults
	}
	if m.forged {
		for _, word := range []string{"NaN", "Inf", "inf,", "nan"} {
			if bytes.Contains(o.Stdout, []byte(word)) {
				return append(faults, "numbers that are not finite")
			}
		}
		return faults
	}
	allowed := []string{m.kind}
	if m.settingsOf {
		allowed = append(allowed, m.sibling)
	}
	for _, kind := range allowed {
		if bytes.Equal(o.Stdout, right[kind].outcomes[j].Stdout) {
			if j == len(lookedAt)-1 {
				sums, err := sumsOf(mutatedRun)
				if bytes.Contains(o.Stderr, []byte("note: ")) { // what was said to be missing is missing in the checkpoint's record too
					sums[1] = right[kind].sums[1]
				}
				if err != nil || sums != right[kind].sums {
					return append(faults, "resumed to other bytes")
				}
			}
			return faults
		}
	}
	if bytes.Contains(o.Stderr, []byte("note: there is no verdict on the training: ")) { // the log is missing, and that is said
		return faults
	}
	return append(faults, "silently different outputs")
}

// rawByte returns the first thing in an output that a terminal may obey, or that is not UTF-8.
func rawByte(b []byte) string {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 || r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 {
			return fmt.Sprintf("%q", b[:n])
		}
		b = b[n:]
	}
	return ""
}

// mutate draws a mutant.
func mutate(r *rand.Rand, good map[string]map[string][]byte) *mutant {
	g := goodRuns[r.IntN(len(goodRuns))]
	m := &mutant{kind: g.name, sibling: g.sibling, files: maps.Clone(good[g.name]), special: map[string]func(string) error{}}
	name := pick(r, runFiles...)
	b := bytes.Clone(m.files[name])
	ways := []struct {
		weight int
		do     func()
	}{
		{30, func() { // bytes flipped
			for range pick(r, 1, 1, 1, 2, 8) {
				at, flip := r.IntN(len(b)), pick(r, byte(1)<<r.IntN(8), 255, byte(1+r.IntN(255)))
				b[at] ^= flip
				m.say("%s: byte %d ^ %d", name, at, flip)
			}
			m.files[name] = b
		}},
		{15, func() { // cut, anywhere or at the end of a line
			at := r.IntN(len(b))
			if ends := lineEnds(b); len(ends) > 1 && r.IntN(2) == 0 {
				at = ends[r.IntN(len(ends)-1)]
			}
			m.files[name] = b[:at]
			m.say("%s: cut after %d bytes", name, at)
		}},
		{6, func() { // extended
			more := pick(r, "\n", "x", "{}\n", "\x00", string(b), string(b[len(b)/2:]), string(lastLine(b)), "# more\n", strings.Repeat(" ", 1<<20))
			m.files[name] = append(b, more...)
			m.say("%s: %.40q after its end", name, more)
		}},
		{4, func() {
			m.files[name] = nil
			m.say("%s: empty", name)
		}},
		{4, func() {
			delete(m.files, name)
			m.say("%s: missing", name)
		}},
		{10, func() { // swapped with a sibling's; not so many that the folder is the sibling
			for range pick(r, 1, 1, 2, 3) {
				name := pick(r, runFiles...)
				m.files[name] = good[g.sibling][name]
				m.settingsOf = m.settingsOf || name == "training.yaml"
				m.say("%s of %s", name, g.sibling)
			}
		}},
		{3, func() { // two files of one run
			other := pick(r, runFiles...)
			m.files[name], m.files[other] = m.files[other], m.files[name]
			m.say("%s and %s swapped", name, other)
		}},
		{8, func() { // lines doubled, lost, in another order
			name := pick(r, "metrics.jsonl", "film.jsonl", "training.yaml", "tokenizer.json")
			lines := slices.Collect(bytes.Lines(m.files[name]))
			i, j := r.IntN(len(lines)), r.IntN(len(lines))
			switch r.IntN(3) {
			case 0:
				lines = slices.Insert(lines, j, lines[i])
				m.say("%s: line %d again before line %d", name, i+1, j+1)
			case 1:
				lines = slices.Delete(lines, i, i+1)
				m.say("%s: line %d lost", name, i+1)
			case 2:
				lines[i], lines[j] = lines[j], lines[i]
				m.say("%s: lines %d and %d swapped", name, i+1, j+1)
			}
			m.files[name] = bytes.Join(lines, nil)
		}},
		{10, func() { m.forgeWith(forgeSettings, r, "training.yaml"); m.sealOrAll(r) }},
		{5, func() { m.forgeWith(forgeConfig, r, "config.json"); m.sealOrAll(r) }},
		{10, func() { m.say("%s", forgeSizes(r, m.files)); m.sealOrAll(r) }},
		{8, func() { m.forgeWith(forgeWords, r, "tokenizer.json"); m.sealOrAll(r) }},
		{12, func() {
			m.forgeWith(forgeHeader, r, pick(r, "model.safetensors", "state.safetensors"))
			if r.IntN(2) == 0 {
				m.sealOrAll(r)
			}
		}},
		{6, func() { // in both, since resuming reads the one and looking the other
			m.forgeWith(forgeNumbers, r, "model.safetensors")
			m.forgeWith(forgeNumbers, r, "state.safetensors")
			m.forged = true
			reseal(m.files)
		}},
		{8, func() { // hostile text in a log of old
			name := pick(r, "metrics.jsonl", "film.jsonl")
			text := yamlString(hostileText(r))
			old := pick(r, `"the"`, `"step":`, `"text":`, `"tokens":`, `0`, `}`)
			m.files[name] = bytes.Replace(m.files[name], []byte(old), []byte(pick(r, text, text+":", `"text":`+text+`,"x":`)), pick(r, 1, 1, -1))
			m.forged = true // a log without checksums is read
			m.say("%s: %s became %.40q", name, old, text)
		}},
		{5, func() { // hostile bytes anywhere
			at, text := r.IntN(len(b)), hostileText(r)
			m.files[name] = slices.Concat(b[:at], []byte(text), b[at:])
			m.say("%s: %.40q at byte %d", name, text, at)
		}},
		{12, func() { m.makeSpecial(r, name) }},
	}
	total := 0
	for _, way := range ways {
		total += way.weight
	}
	n := r.IntN(total)
	for _, way := range ways {
		if n -= way.weight; n < 0 {
			way.do()
			break
		}
	}
	return m
}

// forgeWith changes one file.
func (m *mutant) forgeWith(forge func(*rand.Rand, []byte) ([]byte, string), r *rand.Rand, name string) {
	b, what := forge(r, m.files[name])
	m.files[name] = b
	m.say("%s: %s", name, what)
}

// sealOrAll computes the checksum of training.yaml again, or all.
func (m *mutant) sealOrAll(r *rand.Rand) {
	m.forged = true // where only training.yaml is sealed, what no other checksum covers may be used
	if r.IntN(3) == 0 {
		m.files["training.yaml"] = sealed(m.files["training.yaml"])
		m.say("training.yaml sealed")
		return
	}
	reseal(m.files)
	m.say("all sealed")
}

// makeSpecial puts something else in the place of a file.
func (m *mutant) makeSpecial(r *rand.Rand, name string) {
	makers := map[string]func(path string) error{
		"a FIFO":              func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a link to /dev/zero": func(path string) error { return os.Symlink("/dev/zero", path) },
		"a link to itself":    func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"a link to a folder":  func(path string) error { return os.Symlink("..", path) },
		"a link to nothing":   func(path string) error { return os.Symlink("nothing", path) },
		"a folder":            func(path string) error { return os.Mkdir(path, 0o755) },
		"a socket": func(path string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			return l.Close()
		},
		"a sparse file of 1 TB": func(path string) error {
			if err := os.WriteFile(path, m.files[name], 0o644); err != nil {
				return err
			}
			return os.Truncate(path, 1<<40)
		},
		"a file of 300 MB of blanks": func(path string) error {
			if _, err := os.Stat("blanks"); err != nil { // once for all
				if err := os.WriteFile("blanks", bytes.Repeat([]byte(" "), 300_000_000), 0o644); err != nil {
					return err
				}
			}
			return os.Link("blanks", path)
		},
		"a file that may not be read": func(path string) error { return os.WriteFile(path, m.files[name], 0) },
	}
	kind := pick(r, slices.Sorted(maps.Keys(makers))...)
	m.special[name] = makers[kind]
	m.say("%s is %s", name, kind)
}

// lineEnds lists where the lines of a content end.
func lineEnds(b []byte) (ends []int) {
	for i, c := range b {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	return ends
}

func lastLine(b []byte) []byte {
	return b[bytes.LastIndexByte(b[:len(b)-1], '\n')+1:]
}
