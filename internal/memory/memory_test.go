package memory

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

func TestFindIsWithinTheMachine(t *testing.T) {
	b := Find()
	if b.Source == "" && runtime.GOOS == "linux" {
		t.Fatal("no bound on Linux")
	}
	if b.Bytes < Taken() && !strings.Contains(b.Source, "control group") {
		t.Errorf("%v may take %v, %s", Taken(), b.Bytes, b.Source)
	}
	meminfo, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Skip("no /proc/meminfo")
	}
	total, err := strconv.ParseFloat(strings.Fields(string(meminfo))[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	if b.Bytes > total*1024+Taken() {
		t.Errorf("bound %v of a machine with %v kB", b.Bytes, total)
	}
}

func TestParse(t *testing.T) {
	for s, want := range map[string]float64{"8GB": 8e9, "8gb": 8e9, "1.5 GB": 1.5e9, "500MB": 5e8, "1": 1, "2000000": 2e6, "3TB": 3e12, "10kB": 1e4, "9b": 9} {
		if got, err := Parse(s); err != nil || got != want {
			t.Errorf("%q is %v, error %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "GB", "-1GB", "+1GB", "0", "0GB", "1e3", "NaN", "inf", "infGB", "8GiB", "8 Go", "1..2", "0x10", "1_000", "0.5", strings.Repeat("9", 400), " 8GB", "8  GB"} {
		if got, err := Parse(s); err == nil {
			t.Errorf("%q is %v", s, got)
		} else if len(err.Error()) > 120 {
			t.Errorf("%q: a message of %d bytes", s, len(err.Error()))
		}
	}
}
