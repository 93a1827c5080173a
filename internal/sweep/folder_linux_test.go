package sweep

import (
	"syscall"
	"testing"

	"attend/internal/run/runtest"
)

// A line that a full disk cut off does not damage the next one.
func TestResultsOnAFullDisk(t *testing.T) {
	path, p, text := recordedSweep(t)
	s, err := Begin(path, p, text, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	info, err := s.results.Stat()
	if err != nil {
		t.Fatal(err)
	}
	loss := 2.5
	o := Outcome{Trial: s.trials[0][0].Hash, HeldOutLoss: &loss, Verdict: "learned"}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()) + 10, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	failed := s.record(o)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	runtest.WantError(t, failed, "cannot write", resultsFile)
	if after, err := s.results.Stat(); err != nil || after.Size() != info.Size() {
		t.Errorf("%v bytes, before %d (%v)", after.Size(), info.Size(), err)
	}
	if err := s.record(o); err != nil {
		t.Fatal(err)
	}
	if read, err := Open(path); err != nil || *read.outcomes[o.Trial].HeldOutLoss != loss {
		t.Error(read, err)
	}
}
