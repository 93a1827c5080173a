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
