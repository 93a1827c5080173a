package lesson

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"attend/internal/printable"
	"attend/internal/render"
)

// Vector is a list of numbers with a name.
type Vector struct {
	Name    string // "" where the reader gave none
	Numbers numbers
}

// Limits of what a reader may type.
const (
	mostNumbers = 64  // of a vector
	mostVectors = 32  // keys, or values
	largest     = 1e6 // number, so that a dot product stays finite
	longestName = 40
)

// ParseVector reads numbers with commas between them, and before them, if there is one, a name and an
// equals sign: "1,0" or "zebra=1,1".
func ParseVector(s string) (Vector, error) {
	var v Vector
	name, text, named := strings.Cut(s, "=")
	if !named {
		name, text = "", s
	}
	v.Name = strings.TrimSpace(name)
	list := strings.Split(text, ",")
	switch length := len([]rune(v.Name)); {
	case named && v.Name == "":
		return v, errors.New("there is no name before the =: write zebra=1,1 or 1,1")
	case length > longestName:
		return v, fmt.Errorf("the name has %d characters and the most is %d", length, longestName)
	case strings.TrimSpace(text) == "":
		return v, errors.New("it has no numbers: write some with commas between them, such as 1,0")
	case len(list) > mostNumbers:
		return v, fmt.Errorf("it has %d numbers and the most is %d", len(list), mostNumbers)
	}
	for i, text := range list {
		text = strings.TrimSpace(text)
		x, err := strconv.ParseFloat(text, 64)
		switch {
		case text == "":
			return v, fmt.Errorf("number %d is missing: write %d numbers with a comma between each two, such as 1,0", i+1, len(list))
		case (errors.Is(err, strconv.ErrRange) || err == nil) && math.Abs(x) > largest:
			return v, fmt.Errorf("number %d is %s and may be at most %.0f, up or down", i+1, printable.Quote(text), largest)
		case err != nil || math.IsNaN(x) || strings.ContainsAny(text, "xX_"): // no other base, no marks between digits
			return v, fmt.Errorf("number %d is %s, which is no number: write digits, such as 0.5", i+1, printable.Quote(text))
		}
		v.Numbers = append(v.Numbers, float32(x))
	}
	return v, nil
}

// setting is a query, keys and values that go together.
type setting struct {
	query        Vector
	keys, values []Vector
}

// settle takes the reader's vectors where there are any, and those of the chapter for the rest. Vectors of
// the reader's must fit each other; keys of the chapter give way if they do not.
func (c *Course) settle(query Vector, keys, values []Vector) (setting, error) {
	s := setting{query, keys, values}
	if len(c.Query) > 0 {
		s.query = Vector{cmp.Or(c.Query[0].Name, query.Name), c.Query[0].Numbers}
	}
	if len(c.Keys) > 0 {
		s.keys = named("key", c.Keys)
	}
	if len(c.Values) > 0 {
		s.values = named("value", c.Values)
	} else if len(s.values) != len(s.keys) && s.values != nil { // each key is its own value
		s.values = s.keys
	}
	if len(s.keys) > mostVectors {
		return s, fmt.Errorf("%d keys are too many to show: give at most %d", len(s.keys), mostVectors)
	}
	dim := len(s.query.Numbers)
	for _, k := range s.keys {
		switch length := len(k.Numbers); {
		case length == dim:
		case len(c.Keys) == 0:
			return s, fmt.Errorf("--query has %s and the keys of the chapter have %d: give keys as long, --key %s",
				s.query.Numbers.count(), length, example(dim))
		case len(c.Query) == 0:
			return s, fmt.Errorf("--key %s has %s and the query of the chapter has %d: give a query as long, --query %s",
				k.short(), k.Numbers.count(), dim, example(length))
		default:
			return s, fmt.Errorf("--key %s has %s and the query has %d: a dot product wants vectors of equal length",
				k.short(), k.Numbers.count(), dim)
		}
	}
	if s.values != nil && len(s.values) != len(s.keys) {
		return s, fmt.Errorf("there are %d values for %d keys: give one --value for each key, in their order", len(s.values), len(s.keys))
	}
	for _, v := range s.values {
		if first := len(s.values[0].Numbers); len(v.Numbers) != first {
			return s, fmt.Errorf("--value %s has %s and the first has %d: values are mixed, so all are equally long",
				v.short(), v.Numbers.count(), first)
		}
	}
	return s, nil
}

// named gives vectors without a name one: key 1, key 2.
func named(kind string, vectors []Vector) (list []Vector) {
	for i, v := range vectors {
		list = append(list, Vector{cmp.Or(v.Name, fmt.Sprintf("%s %d", kind, i+1)), v.Numbers})
	}
	return list
}

// example is a vector of some length as it is typed.
func example(length int) string { return "1" + strings.Repeat(",0", length-1) }

// short is the name in a length that fits.
func (v Vector) short() string { return printable.Short(v.Name, longestName) }

// numbers are those of a vector.
type numbers []float32

// count says how many there are.
func (n numbers) count() string { return printable.Count(len(n), "number") }

// String writes a vector as the chapters show it: [1 0].
func (n numbers) String() string {
	most := 8
	if len(n) == most+1 {
		most++ // the last is as short as saying that one is left out
	}
	return "[" + render.Listed(len(n), most, " ", func(i int) string { return short(n[i]) }) + "]"
}

// rounded returns the numbers with one decimal, those below 1 with two digits that count.
func (n numbers) rounded() (list numbers) {
	for _, x := range n {
		unit := 10.0
		if x := math.Abs(float64(x)); x > 0 && x < 1 {
			unit = math.Pow(10, 1-math.Floor(math.Log10(x)))
		}
		list = append(list, float32(math.Round(float64(x)*unit)/unit))
	}
	return list
}

// short writes a number to four digits that count.
func short(x any) string {
	y, _ := strconv.ParseFloat(fmt.Sprintf("%.4g", x), 64)
	return strconv.FormatFloat(y, 'g', -1, 64)
}
