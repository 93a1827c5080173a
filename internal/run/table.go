package run

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"attend/data"
	"attend/embed"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// A Setting is one entry of the table of settings. Its flag, help, completion, YAML key and checks are made from it.
type Setting struct {
	Name     string          // of the flag, and the key in YAML
	Group    string          // heading in the help
	Default  any             // of the type of its field
	Follow   func(*Settings) // makes this setting fit the value of Follows; called if the user does not give this setting
	Follows  string          // name of another setting, such as lr for min-lr
	Range    Range           // of a number; zero: any
	Choices  []string        // of a text; nil: any
	Older    string          // a choice that runs of earlier versions have and that is not offered; "" if there is none
	OnResume bool            // may change when a run is resumed, see [Settings.MayChange]
	Selects  bool            // sets the evaluations among which the weights are selected
	Formerly string          // former name, in settings files and flags of earlier versions; "" if it was not renamed
	Vary     bool            // runs that differ only in this setting have the same text and can be compared
	Rate     bool            // a range of its values is spread by their logarithms

	// Absent sets the value that this setting has in a file of a version of attend that did not have the setting yet; nil if all
	// versions have it. A file without the setting is taken to be of such a version if it gives all settings whose Absent is nil,
	// as a training.yaml does, or if it gives the setting named With.
	Absent  func(*Settings)
	With    string // "": only the first condition
	Meaning string // one line; a word in `backquotes` is the name of the value in the help
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

// String says which numbers the range holds, such as "at least 1 and at most 1,000".
func (r Range) String() string {
	low, high := "at least", "at most"
	if r.OpenLow {
		low = "above"
	}
	if r.OpenHigh {
		high = "below"
	}
	bound := func(x float64) string {
		if x == math.Trunc(x) {
			return printable.Thousands(x)
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return low + " " + bound(r.Low) + " and " + high + " " + bound(r.High)
}

func closed(low, high float64) Range    { return Range{Low: low, High: high} }
func rightOpen(low, high float64) Range { return Range{Low: low, High: high, OpenHigh: true} }

// AllSettings returns the table of settings, in the order of the help. A new setting is one entry here and one field of
// [layers.Config], if it is of the model, or of [Settings], with its name as the YAML key. A number outside of its range is an
// error.
func AllSettings() []Setting { return slices.Clone(allSettings()) }

// allSettings makes the table once, since every run folder that is read needs it several times.
var allSettings = sync.OnceValue(func() (all []Setting) {
	for _, group := range []struct {
		name     string
		vary     bool
		settings []Setting
	}{
		{"Text", false, []Setting{
			{Name: "data", Default: "savanna",
				Meaning: "`TEXT` to learn: " + strings.Join(data.BuiltIn.Names(), ", ") + " (built in), " +
					"a file, or - for standard input; at most 1 GB"},
			{Name: "encoding", Default: data.UTF8,
				Absent:  func(s *Settings) { s.Encoding = data.UTF8 },
				Meaning: "encoding of the text, by its `NAME`: utf-8, utf-16, windows-1252, iso-8859-2, shift_jis, gb18030, ..."},
			{Name: "unit", Default: data.Word, Choices: data.Units.Names(),
				Meaning: "tokens and layout of the text (" + data.UnitMeanings() + ")"},
			{Name: "case", Default: data.Lower, Choices: data.Cases(), Older: data.Former,
				Follows: "unit",
				Follow: func(s *Settings) {
					if s.Unit == data.Char {
						s.Case = data.Keep
					}
				},
				Absent: func(s *Settings) {
					if s.Case = data.Former; s.Unit == data.Char {
						s.Case = data.Keep
					}
				},
				Meaning: "whether words that differ in capitals alone are one (if not given: keep with --unit char)"},
			{Name: "holdout", Default: 0.1, Range: rightOpen(0, 1),
				Meaning: "share of the text held out from training, for evaluation; 0 holds out nothing"},
			{Name: "holdout-by", Default: data.ByTokens, Choices: []string{data.ByTokens, data.BySentences},
				Absent:  func(s *Settings) { s.HoldOutBy = data.BySentences },
				Meaning: "what holdout is a share of"},
			{Name: "split-seed", Default: uint64(1), With: "seed",
				Absent:  func(s *Settings) { s.SplitSeed = s.Seed },
				Meaning: "random seed of which sentences are held out"},
			{Name: "min-count", Default: 0, Range: closed(0, 1e9),
				Meaning: fmt.Sprintf("tokens that occur less often in the training text become %s (0: 1 if it has less than %s tokens, else 2)",
					data.UnknownToken, printable.Thousands(data.SmallText))},
		}},
		{"Model", true, []Setting{
			{Name: "layers", Default: 1, Range: closed(1, 1000), Meaning: "transformer blocks"},
			{Name: "heads", Default: 4, Range: closed(1, 4096), Meaning: "attention heads of each block; they divide dim"},
			{Name: "dim", Default: 32, Range: closed(1, 1<<16), Meaning: "embedding dimension (d_model)"},
			{Name: "hidden", Default: 0, Range: closed(0, 1<<20), Meaning: "width of the hidden layer of the feed-forward network (0: 4 times dim)"},
			{Name: "context", Default: 0, Range: closed(0, 1<<16),
				Meaning: "maximum number of tokens in a sequence (0: the longest sentence, or at most 64 characters with --unit char)"},
			{Name: "positions", Default: embed.Learned, Choices: embed.Schemes.Names(), Meaning: "position encoding"},
			{Name: "norm", Default: layers.LayerNormName, Choices: layers.Norms.Names(),
				Absent:  func(s *Settings) { s.Norm = layers.LayerNormName },
				Meaning: "norm before attention, feed-forward network and unembedding"},
			{Name: "activation", Default: layers.GELU, Choices: layers.Activations.Names(),
				Meaning: "activation of the feed-forward network"},
			{Name: "tied", Default: true, Meaning: "the unembedding (lm_head) is the token embedding (--tied=false: a matrix of its own)"},
			{Name: "dropout", Default: 0.0, Range: rightOpen(0, 1), Meaning: "dropout probability during training"},
			{Name: "init", Default: layers.ScaledInit, Choices: layers.Inits.Names(),
				Absent:  func(s *Settings) { s.Init = layers.GPT2Init },
				Meaning: "standard deviation of the initial weights (scaled: by the size; gpt2: 0.02, for a dim of 768 or more)"},
		}},
		{"Training", true, []Setting{
			{Name: "batch", Default: 32, Range: closed(1, 1<<16), Meaning: "sequences per step"},
			{Name: "steps", Default: 1500, Range: closed(1, 1e9), OnResume: true, Meaning: "total number of training steps"},
			{Name: "optimizer", Default: train.AdamW, Choices: train.Optimizers.Names(), Meaning: "optimizer"},
			{Name: "lr", Default: 0.0, Range: closed(0, 1000), Rate: true,
				Meaning: "maximum learning rate (0: 0.01 sqrt(32/(dim*layers)), at most 0.01, since larger models need smaller updates)"},
			{Name: "min-lr", Default: largestRate / 100, Range: closed(0, 1000), Rate: true,
				Follows: "lr",
				Follow:  func(s *Settings) { s.MinLR = max(0, min(s.MinLR, s.rate()/100)) },
				Meaning: "learning rate at the end of cosine decay (if not given: at most lr/100)"},
			{Name: "warmup", Default: 100, Range: closed(0, 1e9),
				Follows: "steps",
				Follow:  func(s *Settings) { s.Warmup = max(0, min(s.Warmup, s.Steps/10)) },
				Meaning: "steps of linear warmup (if not given: at most steps/10)"},
			{Name: "weight-decay", Default: 0.01, Range: closed(0, 1000), Rate: true, Meaning: "decoupled weight decay, of matrices only"},
			{Name: "beta1", Default: 0.9, Range: rightOpen(0, 1), Meaning: train.Uses("beta1")},
			{Name: "beta2", Default: 0.98, Range: rightOpen(0, 1), Meaning: train.Uses("beta2")},
			{Name: "momentum", Default: 0.9, Range: rightOpen(0, 1), Meaning: train.Uses("momentum")},
			{Name: "clip", Default: 1.0, Range: closed(0, 1e9), Meaning: "maximum global gradient norm; 0 disables clipping"},
			{Name: "seed", Default: uint64(1), Meaning: "random seed of weights, batches and dropout; on one kind of processor a run is reproducible bit for bit"},
			{Name: "keep", Default: KeepBest, Choices: []string{KeepBest, KeepLast},
				Absent:  func(s *Settings) { s.Keep = KeepLast },
				Meaning: "weights that are the model: those with the lowest held-out loss at an evaluation, or those of the last step"},
			{Name: "patience", Default: 0, Range: closed(0, 1e9),
				Absent:  func(s *Settings) { s.Patience = 0 },
				Meaning: "stop after this number of eval-intervals in a row without a lower held-out loss; 0 trains to the end"},
		}},
		{"Evaluation and output", false, []Setting{
			{Name: "sample", Formerly: "probe", Default: "",
				Meaning: "sample sentence whose map is shown and filmed (default: \"" + savannaSample + "\", or a held-out sentence)"},
			{Name: "eval-interval", Default: 100, Range: closed(1, 1e9), OnResume: true, Selects: true,
				Meaning: "steps between evaluations; there are others at steps 1, 2, 5, 10, 20, 50, ..."},
			{Name: "save-interval", Default: 500, Range: closed(1, 1e9), OnResume: true, Meaning: "steps between checkpoints"},
		}},
	} {
		for _, s := range group.settings {
			s.Group, s.Vary = group.name, group.vary
			all = append(all, s)
		}
	}
	return all
})

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

// Parse sets the setting in s to a value as a person writes it. It returns an error if the setting cannot have that value.
func (s Setting) Parse(settings *Settings, text string) (err error) {
	number := math.NaN()
	switch p := s.In(settings).(type) {
	case *string:
		*p = text
		if s.Choices != nil && !slices.Contains(s.Choices, text) && (text == "" || text != s.Older) {
			return fmt.Errorf("want %s, not %s", printable.Or(s.Choices), printable.Quote(text))
		}
		return nil
	case *bool:
		*p = text == "true"
		if text != "true" && text != "false" {
			err = strconv.ErrSyntax
		}
	case *int:
		*p, err = strconv.Atoi(text)
		number = float64(*p)
	case *uint64:
		*p, err = strconv.ParseUint(text, 10, 64)
		number = float64(*p)
	case *float64:
		*p, err = strconv.ParseFloat(text, 64)
		number = *p
	}
	switch {
	case err != nil:
		return fmt.Errorf("want %s, not %s", Wanted(reflect.TypeOf(s.Default).Name(), false), printable.Quote(text))
	case s.Range != (Range{}) && !s.Range.Holds(number):
		return fmt.Errorf("want a number %s, not %s", s.Range, text)
	}
	return nil
}

// In returns the address of the setting in s: a *string, *bool, *int, *uint64 or *float64.
func (s Setting) In(settings *Settings) any { return s.field(settings).Addr().Interface() }

// Copy copies the value of the setting from one Settings to another.
func (s Setting) Copy(to, from *Settings) { s.field(to).Set(s.field(from)) }

// field returns the field of the setting. It panics if Settings has no field of that name.
func (s Setting) field(settings *Settings) reflect.Value {
	return reflect.ValueOf(settings).Elem().FieldByIndex(settingFields()[s.Name])
}

// settingFields returns the index of each field, those of the model among them, by its key in YAML.
var settingFields = sync.OnceValue(func() map[string][]int {
	fields := map[string][]int{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if name := cmp.Or(f.Tag.Get("yaml"), strings.ToLower(f.Name)); !f.Anonymous && name != "-" {
			fields[name] = f.Index
		}
	}
	return fields
})
