package sweep

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/memory"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// No more train at the same time than the memory allows, in which each is a process.
func TestJobsWithinMemory(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p := plan(t, tiny(Values{"lr": "0.01,0.03"}))
	corpus, err := data.Load("small", strings.NewReader(runtest.Text()), p.Base.Options())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Preview(filepath.Join(t.TempDir(), "small"), p, corpus.SHA256, false)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := p.Base.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	cost, err := run.Measure(settings, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if process := memory.Kept(); cost.Memory < process/2 {
		t.Errorf("a process with the training has %.0f bytes, this one without it %.0f", cost.Memory, process)
	}
	for jobs, share := range map[int]float64{1: 1.5, 2: 3} {
		if got := s.Estimate(corpus, 0, share*cost.Memory).Jobs; got != jobs {
			t.Errorf("%v times the memory of one: %d at the same time, want %d", share, got, jobs)
		}
	}
}
