package run

import (
	"reflect"
	"slices"

	"attend/data"
	"attend/train"
)

// Differing returns the settings that differ from what a training without their flags has, in the order of the table. The
// settings must be resolved. A value that a training chooses by itself is not different:
//
//   - hidden and lr, which follow from the size of the model if they are not given;
//   - case, which is keep with characters, and another choice in runs of earlier versions;
//   - min-lr and warmup, whose defaults are lowered to fit lr and steps;
//   - keep, which is last if nothing is held out;
//   - context, min-count and sample, which are chosen by the text. The folder does not say whether they were given, so that a
//     value that some text leads to counts as chosen: any context of sentences up to 512 and 64 characters, a min-count of 1 or 2,
//     any sample sentence of another text than the savanna.
//
// Settings that have no effect are left out: those of another optimizer, and of how to split a built-in text, which has held-out
// sentences of its own.
func (s Settings) Differing() []Setting {
	return slices.DeleteFunc(AllSettings(), func(setting Setting) bool {
		return train.Unused(setting.Name, s.Optimizer) || s.asByDefault(setting)
	})
}

// asByDefault reports whether a setting has, or may have, the value that it has without its flag when all others are as in s.
func (s Settings) asByDefault(setting Setting) bool {
	builtIn := slices.Contains(data.BuiltIn.Names(), s.Data)
	unit, err := data.Units.Find("unit", s.Unit)
	sentences := err == nil && unit.Layout.Sentences()
	d := s
	setting.field(&d).Set(reflect.ValueOf(setting.Default))
	if setting.Follow != nil {
		setting.Follow(&d)
	}
	switch setting.Name {
	case "hidden":
		d.Hidden = 4 * s.Dim
	case "lr":
		d.LR = s.AutomaticRate()
	case "keep":
		if s.HoldOut == 0 {
			d.Keep = KeepLast
		}
	case "context":
		if d.Context = charContext; sentences && s.Context <= longestAutomatic {
			return true
		}
	case "case":
		if s.Case == data.Former { // which no flag gives
			return true
		}
	case "min-count":
		return builtIn || s.MinCount <= 2
	case "sample":
		if d.Sample = savannaSample; !builtIn {
			return true
		}
	case "holdout-by", "split-seed":
		if builtIn {
			return true
		}
	}
	return setting.Text(&d) == setting.Text(&s)
}

// DifferingAmong returns the settings of the table that differ among trainings and change their result, in the order of the table.
// A setting is left out if each training has a value of it that it chooses by itself, see [Settings.Differing]: the learning rate
// and the hidden width of models of another size, the context of another text.
func DifferingAmong(all []Settings) (differing []Setting) {
	text := func(s Settings) any { return [2]any{s.Data, s.Options()} }
	sameText := !slices.ContainsFunc(all, func(s Settings) bool { return text(s) != text(all[0]) })
	for _, setting := range AllSettings() {
		if slices.Contains([]string{"eval-interval", "save-interval", "sample"}, setting.Name) { // of what is logged and saved
			continue
		}
		given := sameText && setting.Name == "context" // the text chooses one context
		differs := false
		for i := range all {
			differs = differs || setting.Text(&all[i]) != setting.Text(&all[0])
			given = given || !all[i].asByDefault(setting) && !train.Unused(setting.Name, all[i].Optimizer)
		}
		if differs && (given || setting.Name == "min-count") {
			differing = append(differing, setting)
		}
	}
	return differing
}

// Varied returns the settings of the table whose difference leaves runs comparable (see [Setting.Vary]), and those that differ
// among some trainings.
func Varied(all []Settings) []Setting {
	differing := DifferingAmong(all)
	return slices.DeleteFunc(AllSettings(), func(s Setting) bool {
		return !s.Vary && !slices.ContainsFunc(differing, func(d Setting) bool { return d.Name == s.Name })
	})
}
