// Package sweep trains many runs that differ in a few settings, and compares their results.
package sweep

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"attend/internal/printable"
	"attend/internal/run"
)

// Axis is a setting that a sweep varies: over a list of values, or over a range of numbers.
type Axis struct {
	Setting run.Setting
	Values  []string // as [run.Setting.Text] writes them; nil for a range

	Low, High float64 // of a range, both in it
}

// rangeMark is between the ends of a range, as in 1e-4..1e-1.
const rangeMark = ".."

// ParseAxis reads the values of a setting: a list such as 1,2,4, or a range of numbers such as 1e-4..1e-1.
func ParseAxis(setting run.Setting, text string) (Axis, error) {
	a := Axis{Setting: setting}
	low, high, isRange := strings.Cut(text, rangeMark)
	if _, isText := setting.Default.(string); isRange && !isText {
		var err error
		if a.Low, err = a.end(low); err != nil {
			return Axis{}, err
		}
		if a.High, err = a.end(high); err != nil {
			return Axis{}, err
		}
		switch {
		case a.Low >= a.High:
			return Axis{}, fmt.Errorf("%s: a range goes up, as 1..4: give the smaller number first", printable.Short(text, printable.MaxQuote))
		case a.Log() && a.Low == 0:
			return Axis{}, fmt.Errorf("%s: the range of a rate is logarithmic and cannot begin at 0: give a number above 0 first",
				printable.Short(text, printable.MaxQuote))
		}
		return a, nil
	}
	for _, value := range strings.Split(text, ",") {
		value, err := a.canonical(strings.TrimSpace(value))
		if err != nil {
			return Axis{}, err
		}
		if slices.Contains(a.Values, value) {
			return Axis{}, fmt.Errorf("%s is listed twice: list each value once", printable.Quote(value))
		}
		a.Values = append(a.Values, value)
	}
	return a, nil
}

// end reads one end of a range.
func (a Axis) end(text string) (float64, error) {
	if !a.Numeric() {
		return 0, errors.New("there are no ranges of it: list its values, as in true,false")
	}
	text, err := a.canonical(strings.TrimSpace(text))
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(text, 64)
}

// canonical returns a value as [run.Setting.Text] writes it, or an error if the setting cannot have it.
func (a Axis) canonical(value string) (string, error) {
	var s run.Settings
	if err := a.Setting.Parse(&s, value); err != nil {
		return "", err
	}
	return a.Setting.Text(&s), nil
}

// IsRange reports whether the axis is a range.
func (a Axis) IsRange() bool { return a.Values == nil }

// Log reports whether the numbers of a range are spread evenly by their logarithms.
func (a Axis) Log() bool { return a.Setting.Rate }

// Integer reports whether the values are whole numbers.
func (a Axis) Integer() bool {
	v := reflect.ValueOf(a.Setting.Default)
	return v.CanInt() || v.CanUint()
}

// Numeric reports whether the values are numbers, of which one can be larger than another.
func (a Axis) Numeric() bool { return a.Integer() || reflect.ValueOf(a.Setting.Default).CanFloat() }

// mostListed is how many whole numbers of a range a grid takes.
const mostListed = 1000

// Listed returns the values of an axis for a grid. A range of whole numbers is all of them.
func (a Axis) Listed() ([]string, error) {
	switch {
	case !a.IsRange():
		return a.Values, nil
	case !a.Integer():
		return nil, fmt.Errorf("a grid cannot try every number of the range %s: list values, or add --search random --trials 20", a)
	case a.High-a.Low >= mostListed:
		return nil, fmt.Errorf("the range %s has more than %s values: list some, or add --search random --trials 20",
			a, printable.Thousands(mostListed))
	}
	var values []string
	for x := a.Low; x <= a.High; x++ {
		values = append(values, a.Number(x))
	}
	return values, nil
}

// count returns the number of values in a grid, for which [Axis.Listed] is no error.
func (a Axis) count() int {
	if a.IsRange() {
		return int(a.High-a.Low) + 1
	}
	return len(a.Values)
}

// value returns value i in a grid.
func (a Axis) value(i int) string {
	if a.IsRange() {
		return a.Number(a.Low + float64(i))
	}
	return a.Values[i]
}

// Number writes a number of a range as a person does: whole if the setting is, else with three significant digits, in the
// range. A range that is narrow beside its numbers, such as 0.99..0.999, has as many more digits as these have in common.
func (a Axis) Number(x float64) string {
	if a.Integer() {
		return strconv.FormatFloat(math.Round(x), 'f', -1, 64)
	}
	const wide = 0.1 // of log10: up to 0.01..0.05 three digits are enough
	more := max(0, math.Ceil(math.Log10(a.High/(a.High-a.Low))-wide))
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3+int(more), 64), 64)
	return strconv.FormatFloat(min(max(rounded, a.Low), a.High), 'g', -1, 64)
}

// String returns the values as [ParseAxis] reads them. The ends of a range are exact: every point of a search depends on them.
func (a Axis) String() string {
	if a.IsRange() {
		format := byte('g')
		if a.Integer() {
			format = 'f'
		}
		return strconv.FormatFloat(a.Low, format, -1, 64) + rangeMark + strconv.FormatFloat(a.High, format, -1, 64)
	}
	return strings.Join(a.Values, ",")
}
