package sweep

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"attend/internal/printable"
	"attend/internal/run"
)

// Values are the settings of a sweep by name, as a person writes them: those of a run, of which some have a list or a range, and
// those in [Options].
type Values map[string]string

// Option is a setting of a sweep itself.
type Option struct {
	Name    string
	Default string
	Meaning string
	read    func(p *Plan) any // the field: *string, *int or *uint64
	choices []string
	low     int
}

// Options returns the settings of a sweep itself, in the order of the help.
func Options() []Option {
	return []Option{
		{"search", Grid, "how settings are chosen: grid (all combinations), random, or tpe (where results so far were good)",
			func(p *Plan) any { return &p.Search }, Searches, 0},
		{"trials", "0", "`NUMBER` of settings that a random or tpe search draws",
			func(p *Plan) any { return &p.Points }, nil, 0},
		{"search-seed", "1", "random seed of the settings that are drawn",
			func(p *Plan) any { return &p.SearchSeed }, nil, 0},
		{"seeds", "1", "trainings of each combination of settings, with the seeds --seed, --seed+1, ...",
			func(p *Plan) any { return &p.Seeds }, nil, 1},
		{"objective", "heldout", "what trials are compared by: heldout (loss), excess (over the grammar), accuracy, seconds, or the name of a rule",
			func(p *Plan) any { return &p.Objective }, nil, 0},
		{"keep-models", KeepBest, "trials whose weights are kept: best (the one with the best objective), all or none",
			func(p *Plan) any { return &p.Keep }, Keeps, 0},
		{"ahead", "0", "with --search tpe, settings that are drawn before the result of the first of them is known " +
			"(0: as many as train at the same time, recorded in sweep.yaml)",
			func(p *Plan) any { return &p.Ahead }, nil, 0},
	}
}

// Varies reports whether a sweep can vary a setting.
func Varies(s run.Setting) bool { return s.Vary && s.Name != "seed" }

// ValueError reports a value that a setting cannot have.
type ValueError struct {
	Name string
	Err  error
}

func (e *ValueError) Error() string { return fmt.Sprintf("--%s: %v", e.Name, e.Err) }

func (e *ValueError) Unwrap() error { return e.Err }

// Plan returns the plan that the values describe.
func (v Values) Plan() (Plan, error) {
	p := Plan{Base: run.Defaults(), Given: map[string]bool{}}
	for _, setting := range run.AllSettings() {
		text, given := v[setting.Name]
		if !given {
			continue
		}
		p.Given[setting.Name] = true
		if Varies(setting) {
			axis, err := ParseAxis(setting, text)
			if err != nil {
				return Plan{}, &ValueError{setting.Name, err}
			}
			if axis.IsRange() || len(axis.Values) > 1 {
				p.Axes = append(p.Axes, axis)
				continue
			}
		}
		if _, isText := setting.Default.(string); !Varies(setting) && (!isText || setting.Choices != nil) &&
			(strings.Contains(text, ",") || strings.Contains(text, rangeMark)) {
			return Plan{}, &ValueError{setting.Name, fmt.Errorf("a sweep does not vary it: give one value, not %s", printable.Quote(text))}
		}
		if err := setting.Parse(&p.Base, text); err != nil {
			return Plan{}, &ValueError{setting.Name, err}
		}
	}
	for _, o := range Options() {
		text, given := v[o.Name]
		if !given {
			text = o.Default
		}
		if err := o.parse(&p, text); err != nil {
			return Plan{}, &ValueError{o.Name, err}
		}
	}
	return p, p.Validate()
}

// parse sets the option in a plan.
func (o Option) parse(p *Plan, text string) (err error) {
	switch field := o.read(p).(type) {
	case *string:
		*field = text
		if o.choices != nil && !slices.Contains(o.choices, text) {
			return fmt.Errorf("want %s, not %s", printable.Or(o.choices), printable.Quote(text))
		}
		return nil
	case *int:
		if *field, err = strconv.Atoi(text); err != nil || *field < o.low || *field > mostPoints {
			return fmt.Errorf("want a whole number from %d to %s, not %s", o.low, printable.Thousands(int(mostPoints)), printable.Quote(text))
		}
	case *uint64:
		if *field, err = strconv.ParseUint(text, 10, 64); err != nil {
			return fmt.Errorf("want a whole number from 0 up, not %s", printable.Quote(text))
		}
	}
	return nil
}

// Values returns the values that describe the plan.
func (p Plan) Values() Values {
	v := Values{}
	for _, setting := range run.AllSettings() {
		if p.Given[setting.Name] {
			v[setting.Name] = setting.Text(&p.Base)
		}
	}
	for _, a := range p.Axes {
		v[a.Setting.Name] = a.String()
	}
	for _, o := range Options() {
		switch field := o.read(&p).(type) {
		case *string:
			v[o.Name] = *field
		case *int:
			v[o.Name] = strconv.Itoa(*field)
		case *uint64:
			v[o.Name] = strconv.FormatUint(*field, 10)
		}
	}
	return v
}

// Names returns the names that values can have.
func Names() []string {
	var names []string
	for _, setting := range run.AllSettings() {
		names = append(names, setting.Name)
	}
	for _, o := range Options() {
		names = append(names, o.Name)
	}
	return names
}

// ParseValues reads a file of values in YAML, in which a list is a sequence or a text with commas, and returns the line of each.
// Names are not checked.
func ParseValues(b []byte) (v Values, lines map[string]int, err error) {
	nodes, err := run.YAMLValues(b)
	if err != nil {
		return nil, nil, err
	}
	v, lines = Values{}, map[string]int{}
	for name, n := range nodes {
		node := &n
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node.ShortTag() == "!!null" {
			continue
		}
		lines[name] = node.Line
		items := []*yaml.Node{node}
		if node.Kind == yaml.SequenceNode {
			items = node.Content
		}
		var texts []string
		for _, item := range items {
			if item.Kind != yaml.ScalarNode || len(items) > 1 && strings.Contains(item.Value, ",") {
				return nil, nil, fmt.Errorf("line %d: %s takes a value or a list of values, such as [1, 2, 4]", item.Line, printable.Quote(name))
			}
			texts = append(texts, item.Value)
		}
		v[name] = strings.Join(texts, ",")
	}
	return v, lines, nil
}

// TextPath returns how a file that attend wrote names its text; ok is false for other files, and for one that names none.
func (v Values) TextPath() (of run.TextPath, ok bool) {
	of = run.TextPath{Path: v["data"], Absolute: v[run.TextPathKey], SHA256: v[run.TextSumKey]}
	return of, of.SHA256 != "" && of.Path != ""
}

// yaml returns the values as a file, in the order of the tables.
func (v Values) yaml() []byte {
	var b strings.Builder
	for _, name := range Names() {
		text, given := v[name]
		if !given {
			continue
		}
		value := yaml.Node{Kind: yaml.ScalarNode, Value: text}
		if parts := strings.Split(text, ","); len(parts) > 1 && name != "data" && name != "sample" {
			value = yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
			for _, part := range parts {
				value.Content = append(value.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: part})
			}
		} else if name == "data" || name == "sample" {
			value.SetString(text)
		}
		line, _ := yaml.Marshal(map[string]*yaml.Node{name: &value}) // texts are never an error
		b.Write(line)
	}
	return []byte(b.String())
}

// With returns the values with others in their place where these are given.
func (v Values) With(others Values) Values {
	all := maps.Clone(v)
	maps.Copy(all, others)
	return all
}
