package printable

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Thousands writes a number rounded to a whole one, with a comma every three digits: 1,234,567.
func Thousands[T int | float64](x T) string {
	s := strconv.FormatFloat(float64(x), 'f', 0, 64)
	for i := len(s) - 3; i > 0 && s[i-1] >= '0'; i -= 3 { // a sign is less than 0
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count writes a number with its noun: 1 word, 1,234 words.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}

// Or lists words as alternatives: a, b or c.
func Or(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// units are those in which sizes are written, from the largest. A GB is 1e9 bytes.
var units = []struct {
	name  string
	bytes float64
}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// Size writes a number of bytes with two digits: 1.2 GB.
func Size(bytes float64) string {
	rounded := math.Round(bytes)
	if bytes >= 10 {
		unit := math.Pow(10, math.Floor(math.Log10(bytes))-1)
		rounded = math.Round(bytes/unit) * unit
	}
	for _, u := range units {
		if rounded >= u.bytes {
			return strconv.FormatFloat(rounded/u.bytes, 'f', -1, 64) + " " + u.name
		}
	}
	return "0 B"
}

// ParseSize reads a size such as 8GB, 1.5 GB, 500MB or, in bytes, 1000000.
func ParseSize(s string) (float64, error) {
	digits, factor := s, 1.0
	for _, u := range units {
		if n := len(s) - len(u.name); n >= 0 && strings.EqualFold(s[n:], u.name) {
			digits, factor = strings.TrimSuffix(s[:n], " "), u.bytes
			break
		}
	}
	x, err := strconv.ParseFloat(digits, 64)
	plain := strings.Trim(digits, "0123456789.") == ""
	if err != nil || !plain || x*factor < 1 || math.IsInf(x*factor, 0) {
		return 0, fmt.Errorf("a size such as 8GB, 500MB or 2000000 is wanted, not %.40q", s)
	}
	return x * factor, nil
}

// Rounded writes a number with two decimals, never as -0.00.
func Rounded(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', 2, 64), "-0.00", "0.00", 1)
}
