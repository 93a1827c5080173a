package lesson

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"attend/internal/printable"
)

// Vector is a list of numbers with a name.
type Vector struct {
	Name    string // "" where the reader gave none
	Numbers []float32
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
	numbers := s
	if name, rest, named := strings.Cut(s, "="); named {
		v.Name, numbers = strings.TrimSpace(name), rest
		if v.Name == "" {
			return v, errors.New("there is no name before the =: write zebra=1,1 or 1,1")
		}
		if len([]rune(v.Name)) > longestName {
			return v, fmt.Errorf("the name has %d characters and the most is %d", len([]rune(v.Name)), longestName)
		}
	}
	if strings.TrimSpace(numbers) == "" {
		return v, errors.New("it has no numbers: write some with commas between them, such as 1,0")
	}
	list := strings.Split(numbers, ",")
	if len(list) > mostNumbers {
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
	query  Vector
	keys   []Vector
	values []Vector
	own    bool // some are the reader's
}

// settle takes the reader's vectors where there are any, and those of the chapter for the rest. Vectors of
// the reader's must fit each other; keys of the chapter give way if they do not.
func (c *Course) settle(query Vector, keys, values []Vector) (setting, error) {
	s := setting{query: query, keys: keys, values: values, own: c.Query != nil || len(c.Keys) > 0 || len(c.Values) > 0}
	if c.Query != nil {
		s.query.Numbers = c.Query.Numbers
		if c.Query.Name != "" {
			s.query.Name = c.Query.Name
		}
	}
	if len(c.Keys) > 0 {
		s.keys = named("key", c.Keys)
	}
	if len(c.Values) > 0 {
		s.values = named("value", c.Values)
	}
	switch {
	case len(s.keys) > mostVectors:
		return s, fmt.Errorf("%d keys are too many to show: give at most %d", len(s.keys), mostVectors)
	case len(s.query.Numbers) != len(s.keys[0].Numbers) && len(c.Keys) == 0:
		return s, fmt.Errorf("--query has %s and the keys of the chapter have %d: give keys as long, --key %s",
			numbersOf(s.query), len(s.keys[0].Numbers), example(len(s.query.Numbers)))
	}
	for _, k := range s.keys {
		if len(k.Numbers) != len(s.query.Numbers) {
			if c.Query == nil {
				return s, fmt.Errorf("--key %s has %s and the query of the chapter has %d: give a query as long, --query %s",
					printable.Short(k.Name, longestName), numbersOf(k), len(s.query.Numbers), example(len(k.Numbers)))
			}
			return s, fmt.Errorf("--key %s has %s and the query has %d: a dot product wants vectors of equal length",
				printable.Short(k.Name, longestName), numbersOf(k), len(s.query.Numbers))
		}
	}
	if s.values == nil {
		return s, nil
	}
	if len(c.Values) == 0 && len(s.values) != len(s.keys) { // each key hands itself over
		s.values = s.keys
	}
	if len(s.values) != len(s.keys) {
		return s, fmt.Errorf("there are %d values for %d keys: give one --value for each key, in their order", len(s.values), len(s.keys))
	}
	for _, v := range s.values {
		if len(v.Numbers) != len(s.values[0].Numbers) {
			return s, fmt.Errorf("--value %s has %s and the first has %d: values are mixed, so all are equally long",
				printable.Short(v.Name, longestName), numbersOf(v), len(s.values[0].Numbers))
		}
	}
	return s, nil
}

// named gives vectors without a name one: key 1, key 2.
func named(kind string, vectors []Vector) []Vector {
	list := make([]Vector, len(vectors))
	for i, v := range vectors {
		list[i] = v
		if v.Name == "" {
			list[i].Name = fmt.Sprintf("%s %d", kind, i+1)
		}
	}
	return list
}

// numbersOf counts the numbers of a vector.
func numbersOf(v Vector) string {
	if len(v.Numbers) == 1 {
		return "1 number"
	}
	return fmt.Sprintf("%d numbers", len(v.Numbers))
}

// example is a vector of some length as it is typed.
func example(length int) string {
	return strings.TrimSuffix("1,"+strings.Repeat("0,", max(0, length-1)), ",")
}

// written is a vector as the chapters show it: [1 0].
func written(numbers []float32) string {
	texts := make([]string, 0, len(numbers))
	for i, x := range numbers {
		if i == 8 && len(numbers) > 9 {
			texts = append(texts, fmt.Sprintf("… %d more", len(numbers)-i))
			break
		}
		texts = append(texts, short(x))
	}
	return "[" + strings.Join(texts, " ") + "]"
}

// short writes a number to four digits that count.
func short(x float32) string {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', 4, 64), 64)
	return strconv.FormatFloat(y, 'g', -1, 64)
}
