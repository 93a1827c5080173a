package run

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"attend/internal/random"
)

// A log that was changed in any byte, cut, doubled, reordered or taken from another run is refused, or shows what it
// showed before.
func TestLogsAreBoundToTheRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 5) // two lines after the checkpoint of step 3
	_, frames, metrics, err := OpenLogs(path)
	if err != nil || len(frames) != 5 || len(metrics) != 5 {
		t.Fatalf("%d frames, %d metrics, %v", len(frames), len(metrics), err)
	}
	s := small()
	s.Seed++
	other := filepath.Join(t.TempDir(), "other")
	finish(t, begin(t, other, s, smallText()))

	for _, name := range logNames {
		content := contents(t, path, name)
		lines := bytes.SplitAfter(content, []byte("\n"))
		lines = lines[:len(lines)-1]
		damages := map[string][]byte{
			"another run's": contents(t, other, name),
			"empty":         {},
			"first line":    lines[0],
			"doubled":       append(slices.Clone(content), content...),
			"swapped":       bytes.Join([][]byte{lines[0], lines[2], lines[1]}, nil),
			"one left out":  bytes.Join([][]byte{lines[0], lines[2]}, nil),
			"old format":    []byte(`{"step":0,"heldout_loss":1,"sentences":[{"text":"a","tokens":["a"],"attention":[[[[1]]]],"next":[]}]}` + "\n"),
			"torn line":     append(slices.Clone(content), `{"step":6,"lo`...),
		}
		dice := random.New(1, name)
		for range 150 {
			i, bit := dice.IntN(len(content)), dice.IntN(8)
			b := slices.Clone(content)
			b[i] ^= 1 << bit
			damages[fmt.Sprintf("byte %d, bit %d", i, bit)] = b
		}
		for what, damaged := range damages {
			write(t, path, name, damaged)
			_, f, m, err := OpenLogs(path)
			if err == nil && (!reflect.DeepEqual(f, frames) || !reflect.DeepEqual(m, metrics)) {
				t.Errorf("%s, %s: other numbers and no error", name, what)
			}
			if err != nil {
				wantError(t, err, filepath.Join(path, name))
			} else if what != "torn line" {
				t.Errorf("%s, %s: no error", name, what)
			}
		}
		write(t, path, name, content)
	}
}

// A resumed training needs of a log what its checkpoint recorded, and goes on without a log that is missing.
func TestResumeWithDamagedLogs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 5)
	film := contents(t, path, filmFile)
	damaged := slices.Clone(film)
	damaged[len(damaged)/2] ^= 1
	write(t, path, filmFile, damaged)
	_, err := Resume(path, loadSmall, nil)
	wantError(t, err, filmFile, "is damaged", "delete it to resume")
	if err := os.Remove(filepath.Join(path, filmFile)); err != nil {
		t.Fatal(err)
	}
	training := resumed(t, path)
	if notes := strings.Join(training.Notes, "\n"); !strings.Contains(notes, "film.jsonl was missing: a new one starts at step 5") {
		t.Errorf("notes %q", notes)
	}
	training.name.release() // as if it were killed here
	finish(t, resumed(t, path))
	if _, frames, _, err := OpenLogs(path); err != nil || len(frames) != 1 || frames[0].Step != 6 {
		t.Errorf("%d frames, %v", len(frames), err)
	}
}

// Two processes of a version without locks wrote every line twice, or in turn.
func TestDoubledLogsOfTheFirstFormat(t *testing.T) {
	frames, err := parseFilm([]byte(frameLine(0, "0.5") + frameLine(0, "0.25") + frameLine(9, "0.5") + frameLine(5, "0.5") + frameLine(9, "0.125")))
	if err != nil || len(frames) != 3 || frames[0].Sentences[0].Attention[0][0][1][0] != 0.25 || frames[1].Step != 5 || frames[2].Sentences[0].Attention[0][0][1][0] != 0.125 {
		t.Errorf("%v, %v", frames, err)
	}
}

func TestInOrder(t *testing.T) {
	for _, c := range []struct {
		lines, want []string
		changed     bool
	}{
		{nil, nil, false},
		{[]string{"1a", "2a", "5a"}, []string{"1a", "2a", "5a"}, false},
		{[]string{"2a", "1a"}, []string{"1a", "2a"}, true},
		{[]string{"1a", "1b", "2a", "1c"}, []string{"1c", "2a"}, true},
	} {
		got, changed := inOrder(c.lines, func(s string) int { return int(s[0]) })
		if !slices.Equal(got, c.want) || changed != c.changed {
			t.Errorf("%v became %v, changed %t", c.lines, got, changed)
		}
	}
}

func TestEachLine(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	var got []string
	keep := func(line []byte) error { got = append(got, string(line)); return nil }
	if err := eachLine(strings.NewReader("a\n\n"+long+"\ntorn"), 100_001, keep); err != nil || !slices.Equal(got, []string{"a", "", long}) {
		t.Errorf("%d lines, %v", len(got), err)
	}
	wantError(t, eachLine(strings.NewReader("a\n"+long+"\n"), 100_000, keep), "line 2 is damaged: it has more than 100 kB")
	own := errors.New("stop")
	if err := eachLine(strings.NewReader("a\nb\n"), 10, func([]byte) error { return own }); !errors.Is(err, own) {
		t.Errorf("error %v", err)
	}
}

// FuzzUnchained: no line is taken but the one that was chained, whatever follows it.
func FuzzUnchained(f *testing.F) {
	line, _ := chained(filmFile, "hash", []byte(`{"step":1}`))
	f.Add(line)
	f.Add([]byte(`{"step":1}`))
	f.Add([]byte(`,"sum":"` + strings.Repeat("0", sumLength) + `"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range logNames {
			content, next, err := unchained(name, "hash", b)
			if err != nil {
				continue
			}
			again, hash := chained(name, "hash", content)
			if !bytes.Equal(again, b) || hash != next {
				t.Errorf("%q became %q, %v", b, again, err)
			}
			if _, _, err := unchained(name, "another hash", b); err == nil {
				t.Errorf("%q follows two chain hashes", b)
			}
		}
	})
}

// FuzzReadLog: a log of any bytes is read to its end or refused in one line, with and without checksums; what is read of
// a log with checksums are the first of the lines that were written.
func FuzzReadLog(f *testing.F) {
	r := &Run{Settings: small(), Format: LatestFormat}
	hash := r.firstHash(metricsFile)
	var whole []byte
	var contents, hashes []string
	for i := range 3 {
		content := fmt.Appendf(nil, `{"step":%d,"seconds":%d,"tokens_per_second":1,"loss":2,"heldout_loss":3,"learning_rate":0}`, i, i)
		var line []byte
		line, hash = chained(metricsFile, hash, content)
		whole, contents, hashes = append(append(whole, line...), '\n'), append(contents, string(content)), append(hashes, hash)
	}
	for _, b := range [][]byte{whole, whole[:len(whole)-1], whole[:len(whole)/2], append(slices.Clone(whole), whole...), {'\n'}, []byte("{\"step\":1}\n\n\x00\n"), {}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, format := range []int{1, LatestFormat} {
			r.Format, r.chainHashes = format, map[string]string{metricsFile: hashes[1]}
			for _, toCheckpoint := range []bool{true, false} {
				var got []string
				lines, err := readLog(r, bytes.NewReader(b), metricsFile, toCheckpoint, func(content []byte) (string, error) {
					got = append(got, string(content))
					_, _ = stepOf(content)
					return string(content), nil
				})
				if err == nil && !slices.Equal(lines, got) {
					t.Errorf("%q was read and %q returned", got, lines)
				}
				checkOneLine(t, err)
				switch {
				case format == 1:
					if want := bytes.Count(b, []byte("\n")); err == nil && len(got) != want {
						t.Errorf("%q has %d lines, want %d", b, len(got), want)
					}
				case len(got) > len(contents) || !slices.Equal(got, contents[:len(got)]):
					t.Errorf("%q was read as %q", b, got)
				case err == nil && (len(got) < 2 || toCheckpoint && len(got) > 2):
					t.Errorf("%d lines of %q were read, and the checkpoint recorded 2", len(got), b)
				}
			}
		}
	})
}
