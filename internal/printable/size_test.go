package printable

import "testing"

func TestSize(t *testing.T) {
	for bytes, want := range map[float64]string{0: "0 B", 7: "7 B", 999: "1 kB", 1e3: "1 kB", 1234: "1.2 kB", 99_600_000: "100 MB",
		999_900_000: "1 GB", 26.4e9: "26 GB", 1.26e12: "1.3 TB", 2.2e15: "2200 TB"} {
		if got := Size(bytes); got != want {
			t.Errorf("%v is written %q, want %q", bytes, got, want)
		}
	}
}
