package main

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/run"
)

// runColumn is what runs are sorted and filtered by: a column of their table, or a setting.
type runColumn struct {
	name  string
	value func(listedRun) any                  // a float64 or a string; nil if it is not known
	parse func(text string) (x any, err error) // a value of a filter
}

// runColumns returns the columns of the table, and then the settings.
func runColumns() []runColumn {
	text := func(s string) (any, error) { return s, nil }
	decimal := func(s string) (any, error) {
		var x float64
		if err := (number[float64]{&x, run.Range{}}).Set(s); err != nil {
			return nil, fmt.Errorf("want a number, not %s", printable.Quote(s))
		}
		return x, nil
	}
	known := func(x float64, isKnown bool) any {
		if !isKnown {
			return nil
		}
		return x
	}
	columns := []runColumn{
		{"run", func(r listedRun) any { return r.Path }, text},
		{"parameters", func(r listedRun) any { return known(float64(r.parameters()), r.parameters() > 0) }, decimal},
		{"held-out", func(r listedRun) any {
			if best := r.best(); best != nil {
				return best.Loss
			}
			return nil
		}, decimal},
		{"step", func(r listedRun) any {
			if best := r.best(); best != nil {
				return float64(best.Step)
			}
			return nil
		}, decimal},
		{"verdict", func(r listedRun) any {
			if state := r.state(); state != "" {
				return state
			}
			return nil
		}, parseState},
		{"age", func(r listedRun) any {
			return known(r.now.Sub(r.Modified).Seconds(), !r.Modified.IsZero())
		}, func(s string) (any, error) {
			d, err := time.ParseDuration(s)
			if err != nil {
				return nil, fmt.Errorf("want a time such as 90m or 48h, not %s", printable.Quote(s))
			}
			return d.Seconds(), nil
		}},
		{"size", func(r listedRun) any { return float64(r.Bytes) }, func(s string) (any, error) { return printable.ParseSize(s) }},
	}
	for _, setting := range run.AllSettings() {
		columns = append(columns, runColumn{setting.Name,
			func(r listedRun) any {
				if r.Settings == nil {
					return nil
				}
				return settingValue(setting, r.Settings)
			},
			func(s string) (any, error) {
				var settings run.Settings
				if err := setting.Parse(&settings, s); err != nil {
					return nil, err
				}
				return settingValue(setting, &settings), nil
			}})
	}
	return columns
}

// settingValue returns the value of a setting: a float64, or a string.
func settingValue(setting run.Setting, s *run.Settings) any {
	v := reflect.ValueOf(setting.In(s)).Elem()
	if to := reflect.TypeFor[float64](); v.CanConvert(to) {
		return v.Convert(to).Interface()
	}
	return setting.Text(s)
}

// parseState reads a verdict, or another state of a run.
func parseState(s string) (any, error) {
	states := []string{
		analysis.Diverged, analysis.Unknown, analysis.Overfitted, analysis.NotBetter, analysis.StillImproving, analysis.Learned,
		stateTraining, stateStopped, stateDamaged,
	}
	if slices.Contains(states, s) {
		return s, nil
	}
	return nil, fmt.Errorf("want %s, not %s", printable.Or(states), printable.Quote(s))
}

func columnNames() (names []string) {
	for _, c := range runColumns() {
		names = append(names, c.name)
	}
	return names
}

// findColumn returns the column of that name. flag is the flag that names it.
func findColumn(flag, name string) (runColumn, error) {
	columns := runColumns()
	at := slices.IndexFunc(columns, func(c runColumn) bool { return c.name == name })
	if at < 0 {
		names := columnNames()
		table := names[:len(names)-len(run.AllSettings())]
		return runColumn{}, fmt.Errorf("--%s: there is no column %s: %s", flag, printable.Quote(name),
			meant(name, names, "%s", "name "+printable.Or(slices.Concat(table, []string{"a setting"}))))
	}
	return columns[at], nil
}

// parseOrder reads what to sort by: a column, with a minus before it from the largest. Runs whose value is not known come last.
func parseOrder(text string) (func(a, b listedRun) int, error) {
	name, descending := strings.CutPrefix(text, "-")
	column, err := findColumn("sort", name)
	if err != nil {
		return nil, err
	}
	return func(a, b listedRun) int {
		x, y := column.value(a), column.value(b)
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil:
			return 1
		case y == nil:
			return -1
		case descending:
			return compareValues(y, x)
		}
		return compareValues(x, y)
	}, nil
}

// compareValues compares two values of a column.
func compareValues(a, b any) int {
	if x, isText := a.(string); isText {
		return cmp.Compare(x, b.(string))
	}
	return cmp.Compare(a.(float64), b.(float64))
}

// runFilter is a condition on a column.
type runFilter struct {
	column runColumn
	value  any
	fits   func(order int) bool // of the value of a run compared with that of the filter
}

// comparisons are the operators of a filter. One that begins with another comes before it.
var comparisons = []struct {
	operator string
	fits     func(order int) bool
	equality bool // it holds of texts too
}{
	{"<=", func(order int) bool { return order <= 0 }, false},
	{">=", func(order int) bool { return order >= 0 }, false},
	{"!=", func(order int) bool { return order != 0 }, true},
	{"<", func(order int) bool { return order < 0 }, false},
	{">", func(order int) bool { return order > 0 }, false},
	{"=", func(order int) bool { return order == 0 }, true},
}

// parseFilter reads a filter such as layers>=2.
func parseFilter(text string) (runFilter, error) {
	shown := printable.Short(text, printable.MaxQuote)
	at := max(0, strings.IndexAny(text, "<>=!"))
	for _, c := range comparisons {
		value, ok := strings.CutPrefix(text[at:], c.operator)
		name := strings.TrimSpace(text[:at])
		if !ok || name == "" {
			continue
		}
		column, err := findColumn("filter", name)
		if err != nil {
			return runFilter{}, err
		}
		f := runFilter{column: column, fits: c.fits}
		if f.value, err = column.parse(strings.TrimSpace(value)); err != nil {
			return runFilter{}, fmt.Errorf("--filter %s: %w", shown, err)
		}
		if _, isText := f.value.(string); isText && !c.equality {
			return runFilter{}, fmt.Errorf("--filter %s: %s is compared with = or != only", shown, column.name)
		}
		return f, nil
	}
	return runFilter{}, fmt.Errorf("--filter %s is no condition: write one such as lr=0.01, layers>=2 or verdict=overfitted",
		printable.Quote(text))
}

// holds reports whether a run fits the filter.
func (f runFilter) holds(r listedRun) bool {
	x := f.column.value(r)
	return x != nil && f.fits(compareValues(x, f.value))
}
