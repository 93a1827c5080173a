package printable

import (
	"math"
	"strings"
	"testing"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %q, want %q", n, got, want)
		}
	}
	for x, want := range map[float64]string{0.4: "0", 1234.5: "1,234", 1e9: "1,000,000,000", math.Inf(1): "+Inf", math.Inf(-1): "-Inf"} {
		if got := Thousands(x); got != want {
			t.Errorf("Thousands(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 words", 1: "1 word", 2: "2 words", 1500: "1,500 words"} {
		if got := Count(n, "word"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestOr(t *testing.T) {
	for want, words := range map[string][]string{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		if got := Or(words); got != want {
			t.Errorf("Or(%q) = %q, want %q", words, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[float64]string{0: "0 B", 7: "7 B", 999: "1 kB", 1e3: "1 kB", 1234: "1.2 kB", 99_600_000: "100 MB",
		999_900_000: "1 GB", 26.4e9: "26 GB", 1.26e12: "1.3 TB", 2.2e15: "2200 TB"} {
		if got := Size(bytes); got != want {
			t.Errorf("%v is written %q, want %q", bytes, got, want)
		}
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]float64{"8GB": 8e9, "8gb": 8e9, "1.5 GB": 1.5e9, "500MB": 5e8, "1": 1, "2000000": 2e6, "3TB": 3e12, "10kB": 1e4, "9b": 9} {
		if got, err := ParseSize(s); err != nil || got != want {
			t.Errorf("%q is %v, error %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "GB", "-1GB", "+1GB", "0", "0GB", "1e3", "NaN", "inf", "infGB", "8GiB", "8 Go", "1..2", "0x10", "1_000", "0.5", strings.Repeat("9", 400), " 8GB", "8  GB"} {
		if got, err := ParseSize(s); err == nil {
			t.Errorf("%q is %v", s, got)
		} else if len(err.Error()) > 120 {
			t.Errorf("%q: a message of %d bytes", s, len(err.Error()))
		}
	}
}

func TestRounded(t *testing.T) {
	for x, want := range map[float64]string{0: "0.00", -0.001: "0.00", -0.005001: "-0.01", 1.235: "1.24", 12: "12.00"} {
		if got := Rounded(x); got != want {
			t.Errorf("%g: %s, want %s", x, got, want)
		}
	}
}
