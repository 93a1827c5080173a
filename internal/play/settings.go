package play

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
)

// The settings that no control has: the text and the sample sentence are given by themselves, and a page decodes its text.
const (
	dataSetting     = "data"
	encodingSetting = "encoding"
	sampleSetting   = "sample"
)

// given is settings as a person gives them, in text by their names. Those that are missing have their default.
type given map[string]string

// settings returns the settings as `attend train` has them before it reads the text.
func (g given) settings() (run.Settings, error) {
	s := run.Defaults()
	known := map[string]bool{}
	for _, setting := range run.AllSettings() {
		known[setting.Name] = true
		if text, ok := g[setting.Name]; ok {
			if err := setting.Parse(&s, text); err != nil {
				return s, fmt.Errorf("%s: %w", setting.Name, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		if !known[name] {
			return s, fmt.Errorf("there is no setting %s: the settings are named as the flags of `attend train --help`", printable.Quote(name))
		}
	}
	for _, setting := range run.AllSettings() {
		if _, ok := g[setting.Name]; !ok && setting.Follow != nil {
			setting.Follow(&s)
		}
	}
	return s, nil
}

// resolve returns the settings that a training of a text has.
func (g given) resolve(c *data.Corpus) (run.Settings, error) {
	s, err := g.settings()
	if err != nil {
		return s, err
	}
	return s.Resolve(c)
}

// needed returns those of the settings without which a training of the text would have others than the resolved ones.
func (g given) needed(c *data.Corpus, resolved run.Settings) given {
	kept := maps.Clone(g)
	defaults := run.Defaults()
	for _, setting := range run.AllSettings() {
		text, ok := kept[setting.Name]
		if !ok {
			continue
		}
		delete(kept, setting.Name)
		if s, err := kept.resolve(c); err == nil && s == resolved && (setting.Group != "Text" || text == setting.Text(&defaults)) {
			continue
		}
		kept[setting.Name] = text
	}
	return kept
}

// command returns the command that trains with these settings.
func (g given) command() string {
	var b strings.Builder
	b.WriteString("attend train")
	for _, setting := range run.AllSettings() {
		text, ok := g[setting.Name]
		if !ok {
			continue
		}
		separator := " "
		if _, isSwitch := setting.Default.(bool); isSwitch || strings.HasPrefix(text, "-") {
			separator = "="
		}
		b.WriteString(" --" + setting.Name + separator + printable.ShellWord(text))
	}
	return b.String()
}

// textsOf returns settings in text by their names.
func textsOf(s run.Settings) map[string]string {
	texts := map[string]string{}
	for _, setting := range run.AllSettings() {
		texts[setting.Name] = setting.Text(&s)
	}
	return texts
}

// describe returns what a page needs to draw its controls.
func (s *Session) describe() (Description, error) {
	d := Description{Version: version, Presets: presets()}
	var err error
	if d.Instructions, err = kernel.Instructions(); err != nil {
		return d, err
	}
	defaults := run.Defaults()
	for _, setting := range run.AllSettings() {
		if !slices.Contains([]string{dataSetting, encodingSetting, sampleSetting}, setting.Name) {
			d.Settings = append(d.Settings, describeSetting(setting, defaults))
		}
	}
	return d, nil
}

// offered returns the largest values of controls where `attend train` takes much larger ones. Several large values together can still
// be too much for a page, see [checkModel].
func offered() map[string]float64 {
	return map[string]float64{
		"layers": 8, "heads": 16, "dim": 256, "hidden": 1024, "context": 256, "batch": 256, "steps": mostSteps, "warmup": 100_000,
		"eval-interval": 100_000, "save-interval": 100_000, "patience": 1000, "min-count": 1000, "clip": 1000, "lr": 10, "min-lr": 10,
		"weight-decay": 10,
	}
}

// describeSetting returns the control of a setting.
func describeSetting(setting run.Setting, defaults run.Settings) Setting {
	out := Setting{Name: setting.Name, Group: setting.Group, Default: setting.Text(&defaults),
		Meaning: strings.ReplaceAll(setting.Meaning, "`", ""), Choices: append([]string{}, setting.Choices...), Logarithmic: setting.Rate,
		Structural: setting.Name != "lr" && setting.Name != "steps"}
	switch setting.Default.(type) {
	case float64:
		out.Kind = "number"
	case bool:
		out.Kind = "switch"
	case string:
		out.Kind = "text"
		if setting.Choices != nil {
			out.Kind = "choice"
		}
	default:
		out.Kind = "integer"
	}
	if r := setting.Range; r != (run.Range{}) {
		out.Low, out.High, out.OpenLow, out.OpenHigh = &r.Low, &r.High, r.OpenLow, r.OpenHigh
	}
	if most, ok := offered()[setting.Name]; ok {
		out.High, out.OpenHigh = &most, false
	}
	if reflect.TypeOf(setting.Default).Kind() == reflect.Uint64 {
		low := 0.0
		out.Low = &low
	}
	return out
}
