package printable

import (
	"math"
	"strconv"
)

// Unit is a unit of a size in bytes.
type Unit struct {
	Name  string
	Bytes float64
}

// Units are those in which sizes are written, from the largest. A GB is 1e9 bytes.
var Units = []Unit{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// Size writes a number of bytes with two digits: 1.2 GB.
func Size(bytes float64) string {
	for _, u := range Units {
		if rounded := toTwoDigits(bytes); rounded >= u.Bytes {
			return strconv.FormatFloat(rounded/u.Bytes, 'f', -1, 64) + " " + u.Name
		}
	}
	return "0 B"
}

func toTwoDigits(x float64) float64 {
	if x < 10 {
		return math.Round(x)
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Round(x/unit) * unit
}
