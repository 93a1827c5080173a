package lesson

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestParseVector(t *testing.T) {
	for text, want := range map[string]Vector{
		"1,0":               {"", []float32{1, 0}},
		" 1 , -0.5 ":        {"", []float32{1, -0.5}},
		"zebra=1,1":         {"zebra", []float32{1, 1}},
		"the lion = 1e3":    {"the lion", []float32{1000}},
		"-1":                {"", []float32{-1}},
		"1000000,-1000000":  {"", []float32{1e6, -1e6}},
		"1e-50":             {"", []float32{0}},
		"a=.5,5.,0x10,+3,0": {"a", []float32{0.5, 5, 16, 3, 0}},
	} {
		if strings.Contains(text, "0x10") { // no digits as people write them
			if _, err := ParseVector(text); err == nil {
				t.Errorf("%q is accepted", text)
			}
			continue
		}
		got, err := ParseVector(text)
		if err != nil || got.Name != want.Name || !slices.Equal(got.Numbers, want.Numbers) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "no numbers", " ": "no numbers", "zebra=": "no numbers", "=1,0": "no name before the =",
		"1,,2": "number 2 is missing: write 3 numbers", "1,": "number 2 is missing", "1,x": `number 2 is "x", which is no number`,
		"nan": "which is no number", "1,NaN": "number 2 is \"NaN\"", "inf": "at most 1000000", "1e40": `number 1 is "1e40" and may be at most`,
		"-1e40": "at most 1000000", "1e400": "at most 1000000", "1;2": "no number", "1 2": "no number",
		strings.Repeat("1,", 9999) + "1": "10000 numbers and the most is 64",
		strings.Repeat("n", 50) + "=1":   "the name has 50 characters",
		"a\x1bb=1,\x1b[2J":               `"␛\[2J"`,
	} {
		_, err := ParseVector(text)
		if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 200 {
			t.Errorf("%.40q: error %v, want %s", text, err, want)
		}
	}
}

func TestRounded(t *testing.T) {
	if got, want := (numbers{4.223, 0, -1.554, 0.1554, -0.00234, 125.34}).rounded(), (numbers{4.2, 0, -1.6, 0.16, -0.0023, 125.3}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzParseVector(f *testing.F) {
	for _, s := range []string{"1,0", "zebra=1,1", "=", ",", "1e40", "NaN,-Inf", "\x00=\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVector(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b\x00") {
				t.Errorf("%q: error %q", s, err)
			}
			return
		}
		if len(v.Numbers) < 1 || len(v.Numbers) > mostNumbers {
			t.Errorf("%q has %d numbers", s, len(v.Numbers))
		}
		for _, x := range v.Numbers {
			if !(math.Abs(float64(x)) <= largest) {
				t.Errorf("%q has the number %g", s, x)
			}
		}
	})
}

func TestVectorsMustFitEachOther(t *testing.T) {
	vector := func(s string) Vector {
		v, err := ParseVector(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	chapterKeys := []Vector{{"key 1", []float32{1, 1}}, {"key 2", []float32{0, 1}}}
	for name, c := range map[string]struct {
		query        string
		keys, values []string
		want         string // the error, or nothing
	}{
		"nothing":           {"", nil, nil, ""},
		"a query":           {"2,3", nil, nil, ""},
		"all three":         {"1,2,3", []string{"a=1,1,1", "2,2,2"}, []string{"1", "2"}, ""},
		"query alone":       {"1,2,3", nil, nil, "--query has 3 numbers and the keys of the chapter have 2: give keys as long, --key 1,0,0"},
		"keys alone":        {"", []string{"1,2,3"}, nil, "--key key 1 has 3 numbers and the query of the chapter has 2: give a query as long, --query 1,0,0"},
		"keys differ":       {"1,0", []string{"1,0", "lion=1"}, nil, "--key lion has 1 number and the query has 2"},
		"too few values":    {"1,0", []string{"1,0", "0,1"}, []string{"1,0"}, "1 values for 2 keys"},
		"values for none":   {"", nil, []string{"1", "2", "3"}, "3 values for 2 keys"},
		"values differ":     {"", nil, []string{"1,0", "x=1,0,0"}, "--value x has 3 numbers and the first has 2"},
		"too many":          {"1", slices.Repeat([]string{"1"}, 33), nil, "33 keys are too many"},
		"keys without them": {"1,0", []string{"1,0", "0,1", "1,1"}, nil, ""},
	} {
		course := &Course{}
		if c.query != "" {
			q := vector(c.query)
			course.Query = []Vector{q}
		}
		for _, k := range c.keys {
			course.Keys = append(course.Keys, vector(k))
		}
		for _, v := range c.values {
			course.Values = append(course.Values, vector(v))
		}
		s, err := course.settle(Vector{"query", []float32{1, 0}}, chapterKeys, chapterKeys)
		switch {
		case c.want == "" && (err != nil || len(s.values) != len(s.keys)):
			t.Errorf("%s: %v, %d values for %d keys", name, err, len(s.values), len(s.keys))
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

func TestTheRightChoiceIsTheOneWithTheLargestScore(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"1,0", "2,0"}, "key 2 [2 0]"},
		{[]string{"-1,0", "near=0,1"}, "near [0 1]"},
		{[]string{"1,0", "1,5"}, "several fit equally well"},
		{append(slices.Repeat([]string{"0,1"}, 11), "3,0"), "key 12 [3 0]"},
	} {
		course := &Course{Query: []Vector{{"query", numbers{1, 0}}}}
		for _, k := range c.keys {
			v, err := ParseVector(k)
			if err != nil {
				t.Fatal(err)
			}
			course.Keys = append(course.Keys, v)
		}
		var q Question
		for parts, err := range Chapters()[1].Steps(t.Context(), course) {
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range parts {
				if asked, ok := part.(Question); ok {
					q = asked
				}
			}
		}
		if q.Choices[q.Right].Text != c.want || len(q.Choices) > 9 {
			t.Errorf("%v: %q of %q, want %q", c.keys, q.Choices[q.Right].Text, q.Choices, c.want)
		}
	}
}
