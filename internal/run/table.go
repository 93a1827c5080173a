package run

import (
	"fmt"
	"reflect"
	"strings"

	"attend/data"
	"attend/embed"
	"attend/layers"
	"attend/train"
)

// A Setting is an entry of the table, all that the program knows of one setting. Its flag, help, completion, YAML and checks are made from it.
type Setting struct {
	Name     string          // of the flag, and the key in YAML
	Group    string          // heading in the help
	Default  any             // of the type of its field
	Follow   func(*Settings) // lowers the default to what suits the other settings, where the user gives no value
	Range    Range           // of a number; zero: any
	Choices  []string        // of a text; nil: any
	OnResume bool            // may change when a run is resumed
	Later    bool            // runs that lack it are read with its default
	Vary     bool            // a sweep may vary it: runs that differ in it alone have the same text and tokens, and are measured alike
	Meaning  string          // one line; what stands in `backquotes` names the value in the help
}

// A Range is an interval of numbers.
type Range struct {
	Low, High         float64
	OpenLow, OpenHigh bool // that end is not part of it
}

// Holds reports whether x lies in the range. NaN does not.
func (r Range) Holds(x float64) bool {
	return (x > r.Low || x == r.Low && !r.OpenLow) && (x < r.High || x == r.High && !r.OpenHigh)
}

func closed(low, high float64) Range    { return Range{Low: low, High: high} }
func rightOpen(low, high float64) Range { return Range{Low: low, High: high, OpenHigh: true} }

// AllSettings returns the table of settings, in the order of the help. A new setting is one entry here and one field of [Settings] with its
// name as the YAML key. Beyond its range a number is mistyped, or means nothing.
func AllSettings() []Setting {
	return []Setting{
		{Name: "data", Group: "Text", Default: "savanna", Meaning: "`TEXT` to learn: " + strings.Join(data.BuiltIn.Names(), ", ") + " (built in), a file, or - for standard input; at most 1 GB"},
		{Name: "unit", Group: "Text", Default: data.Word, Choices: data.Units.Names(), Meaning: "tokens and layout of the text (" + data.UnitMeanings() + ")"},
		{Name: "holdout", Group: "Text", Default: 0.1, Range: Range{Low: 0, High: 1, OpenLow: true, OpenHigh: true}, Meaning: "share of the text held out from training, to test on"},
		{Name: "min-count", Group: "Text", Default: 2, Range: closed(1, 1e9), Meaning: "tokens that occur less often in training become " + data.UnknownToken},

		{Name: "layers", Group: "Model", Default: 1, Range: closed(1, 1000), Vary: true, Meaning: "transformer blocks"},
		{Name: "heads", Group: "Model", Default: 4, Range: closed(1, 4096), Vary: true, Meaning: "attention heads of each block; they divide dim"},
		{Name: "dim", Group: "Model", Default: 32, Range: closed(1, 1<<16), Vary: true, Meaning: "embedding dimension (d_model)"},
		{Name: "hidden", Group: "Model", Default: 0, Range: closed(0, 1<<20), Vary: true, Meaning: "width of the feed-forward network (0: 4 times dim)"},
		{Name: "context", Group: "Model", Default: 0, Range: closed(0, 1<<16), Vary: true, Meaning: "most tokens in a sequence (0: the longest sentence; 64 characters)"},
		{Name: "positions", Group: "Model", Default: embed.Learned, Choices: embed.Schemes.Names(), Vary: true, Meaning: "position encoding"},
		{Name: "norm", Group: "Model", Default: layers.LayerNormName, Choices: layers.Norms.Names(), Later: true, Vary: true, Meaning: "norm before attention, feed-forward network and unembedding"},
		{Name: "activation", Group: "Model", Default: layers.GELU, Choices: layers.Activations.Names(), Vary: true, Meaning: "activation of the feed-forward network"},
		{Name: "tied", Group: "Model", Default: true, Vary: true, Meaning: "the unembedding (lm_head) is the token embedding itself"},
		{Name: "dropout", Group: "Model", Default: 0.0, Range: rightOpen(0, 1), Vary: true, Meaning: "dropout probability in training"},

		{Name: "batch", Group: "Training", Default: 32, Range: closed(1, 1<<16), Vary: true, Meaning: "sequences per step"},
		{Name: "steps", Group: "Training", Default: 1500, Range: closed(1, 1e9), OnResume: true, Vary: true, Meaning: "updates of the weights in all"},
		{Name: "optimizer", Group: "Training", Default: train.AdamW, Choices: train.Optimizers.Names(), Vary: true, Meaning: "how a gradient updates the weights"},
		{Name: "lr", Group: "Training", Default: 1e-2, Range: Range{Low: 0, High: 1000, OpenLow: true}, Vary: true, Meaning: "highest learning rate"},
		{Name: "min-lr", Group: "Training", Default: 1e-4, Range: closed(0, 1000), Vary: true,
			Follow:  func(s *Settings) { s.MinLR = max(0, min(s.MinLR, s.LR/100)) },
			Meaning: "learning rate at the end of the cosine decay; unless given, at most a hundredth of lr"},
		{Name: "warmup", Group: "Training", Default: 100, Range: closed(0, 1e9), Vary: true,
			Follow:  func(s *Settings) { s.Warmup = max(0, min(s.Warmup, s.Steps/10)) },
			Meaning: "steps of linear rise of the learning rate; unless given, at most a tenth of all"},
		{Name: "weight-decay", Group: "Training", Default: 0.01, Range: closed(0, 1000), Vary: true, Meaning: "decoupled weight decay of matrices"},
		{Name: "beta1", Group: "Training", Default: 0.9, Range: rightOpen(0, 1), Vary: true, Meaning: train.Uses("beta1")},
		{Name: "beta2", Group: "Training", Default: 0.98, Range: rightOpen(0, 1), Vary: true, Meaning: train.Uses("beta2")},
		{Name: "momentum", Group: "Training", Default: 0.9, Range: rightOpen(0, 1), Vary: true, Meaning: train.Uses("momentum")},
		{Name: "clip", Group: "Training", Default: 1.0, Range: closed(0, 1e9), Vary: true, Meaning: "maximum global gradient norm (0: no clipping)"},
		{Name: "seed", Group: "Training", Default: uint64(1), Vary: true, Meaning: "random seed; a run is reproducible bit for bit"},

		{Name: "probe", Group: "Watching and keeping", Default: "", Meaning: "sample sentence whose map is shown and filmed (default: the lion, or a held-out sentence)"},
		{Name: "eval-interval", Group: "Watching and keeping", Default: 100, Range: closed(1, 1e9), OnResume: true, Meaning: "steps between evaluations"},
		{Name: "save-interval", Group: "Watching and keeping", Default: 500, Range: closed(1, 1e9), OnResume: true, Meaning: "steps between checkpoints"},
	}
}

// Defaults are the settings of `attend train` without flags: the toy transformer on the savanna.
func Defaults() Settings {
	var s Settings
	for _, setting := range AllSettings() {
		setting.field(&s).Set(reflect.ValueOf(setting.Default))
	}
	return s
}

// Text returns the value of the setting in s as a person writes it.
func (s Setting) Text(settings *Settings) string { return fmt.Sprint(s.field(settings)) }

// In returns the address of the setting in s: a *string, *bool, *int, *uint64 or *float64.
func (s Setting) In(settings *Settings) any { return s.field(settings).Addr().Interface() }

// Copy gives the setting the value in to that it has in from.
func (s Setting) Copy(to, from *Settings) { s.field(to).Set(s.field(from)) }

// field panics if the table and the fields of Settings differ in their names.
func (s Setting) field(settings *Settings) reflect.Value {
	for f, v := range reflect.ValueOf(settings).Elem().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name == s.Name {
			return v
		}
	}
	panic(fmt.Sprintf("no field of Settings is named %s", s.Name))
}
