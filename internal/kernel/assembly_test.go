package kernel

import (
	"os"
	"regexp"
	"testing"
)

// An instruction of SSE's encoding beside those of AVX waits for the upper halves of registers, which made
// LayerNorm take twice its time. Outside AVX the kernels only count and address, in integers.
func TestAssemblyMixesNoSSE(t *testing.T) {
	code, err := os.ReadFile("kernels_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^\tVMOVUPS\s`).Match(code) {
		t.Fatal("no instruction of AVX found: this test reads the file wrongly")
	}
	legacy := regexp.MustCompile(`(?m)^\t(MOV[AUHL]*P[SD]|MOVS[SD]|MOV[DQ]\s.*X\d|[A-Z]+[SP][SD]|CVT\w+|P[A-Z]+[BWDQ])\s.*$`)
	vector := regexp.MustCompile(`\b[XYZ]\d`)
	for _, line := range legacy.FindAll(code, -1) {
		if line[1] != 'V' && vector.Match(line) {
			t.Errorf("of SSE: %s", line)
		}
	}
}
