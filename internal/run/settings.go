package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"attend/data"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// Settings determine the result of a training. [AllSettings] has the meaning of each. The order of the fields is that of
// training.yaml.
type Settings struct {
	Data      string  `yaml:"data"`
	Encoding  string  `yaml:"encoding"`
	Unit      string  `yaml:"unit"`
	Case      string  `yaml:"case"`
	HoldOut   float64 `yaml:"holdout"`
	HoldOutBy string  `yaml:"holdout-by"`
	SplitSeed uint64  `yaml:"split-seed"`
	MinCount  int     `yaml:"min-count"`

	layers.Config `yaml:",inline"` // without the vocabulary, which is that of the text

	Batch       int     `yaml:"batch"`
	Steps       int     `yaml:"steps"`
	Optimizer   string  `yaml:"optimizer"`
	LR          float64 `yaml:"lr"`
	MinLR       float64 `yaml:"min-lr"`
	Warmup      int     `yaml:"warmup"`
	WeightDecay float64 `yaml:"weight-decay"`
	Beta1       float64 `yaml:"beta1"`
	Beta2       float64 `yaml:"beta2"`
	Momentum    float64 `yaml:"momentum"`
	Clip        float64 `yaml:"clip"`
	Seed        uint64  `yaml:"seed"`

	EvalInterval int    `yaml:"eval-interval"`
	SaveInterval int    `yaml:"save-interval"`
	Keep         string `yaml:"keep"`
	Patience     int    `yaml:"patience"`
	Sample       string `yaml:"sample"`
}

// Values that [Settings.Resolve] chooses: the largest automatic context, the context of characters, the largest automatic
// learning rate, and sample sentences.
const (
	longestAutomatic = 512
	charContext      = 64
	largestRate      = 0.01
	savannaSample    = "The lion saw the zebra near the"
	charSample       = 24
)

// Options returns the options to load the text.
func (s Settings) Options() data.Options {
	return data.Options{Encoding: s.Encoding, Unit: s.Unit, Case: s.Case, HoldOut: s.HoldOut, MinCount: s.MinCount, Seed: s.SplitSeed, By: s.HoldOutBy}
}

// Resolve sets the settings that depend on others or on the text (min-count, hidden, learning rate, context, sample sentence) if
// they are not given, and checks all settings together.
func (s Settings) Resolve(corpus *data.Corpus) (Settings, error) {
	s.Hidden, s.MinCount = cmp.Or(s.Hidden, 4*s.Dim), cmp.Or(s.MinCount, corpus.MinCount)
	s.LR = s.rate()
	switch longest := max(corpus.Train.LongestInput(), corpus.HeldOut.LongestInput()); {
	case !corpus.Vocabulary.Layout().Sentences():
		most := corpus.Train.Predictions()
		if s.Context > most {
			noun, train, heldOut := corpus.Vocabulary.Tokenizer().Noun(), corpus.Train.Tokens(), corpus.HeldOut.Tokens()
			return s, fmt.Errorf("%s has %s, %s of them for training: at most --context %d", corpus.Name,
				printable.Count(train+heldOut, noun), printable.Thousands(train), most)
		}
		s.Context = cmp.Or(s.Context, min(charContext, most))
	case s.Context == 0 && longest > longestAutomatic:
		return s, data.WithHint(fmt.Errorf("line %d of %s has %d words: split it into sentences, or set --context %d",
			corpus.LongestLine, corpus.Name, longest-1, longest), corpus.Hint)
	case s.Context == 0:
		s.Context = longest
	case longest > s.Context:
		return s, data.WithHint(fmt.Errorf("line %d of %s has %d words, which with the boundary token do not fit a context of %d: "+
			"set --context %d, or split the line", corpus.LongestLine, corpus.Name, longest-1, s.Context, longest), corpus.Hint)
	}
	if corpus.HeldOut.Len() == 0 {
		s.Keep = KeepLast
		if s.Patience > 0 {
			return s, fmt.Errorf("patience %d requires held-out text, and nothing is held out: leave it out, or set holdout to 0.1", s.Patience)
		}
	}
	if s.Sample == "" {
		s.Sample = defaultSample(corpus, s.Context)
	}
	if s.EvalInterval < 1 || s.SaveInterval < 1 {
		return s, fmt.Errorf("eval-interval and save-interval must be at least 1, not %d and %d", s.EvalInterval, s.SaveInterval)
	}
	return s, cmp.Or(s.Model(corpus.Vocabulary.Len()).Validate(), s.Training().Validate())
}

// rate returns the maximum learning rate, which is automatic if it is 0:
//
//	lr = 0.01 min(1, sqrt(32 / (dim layers))), rounded to two digits
//
// The updates of AdamW change each weight by about lr, whatever the width, so that a sum of dim products changes by more in a wider
// layer, and all layers together by more in a deeper model.
func (s Settings) rate() float64 {
	if s.LR != 0 {
		return s.LR
	}
	return s.AutomaticRate()
}

// AutomaticRate returns the learning rate that a model of this size has if none is given.
func (s Settings) AutomaticRate() float64 {
	rate := largestRate * min(1, math.Sqrt(32/(float64(s.Dim)*float64(s.Layers))))
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(rate, 'e', 1, 64), 64)
	return rounded
}

// defaultSample chooses the sample sentence when none is given.
func defaultSample(corpus *data.Corpus, context int) string {
	if corpus.Grammar != nil {
		return savannaSample
	}
	_, texts := corpus.Measured()
	if !corpus.Vocabulary.Layout().Sentences() {
		if sample, known := beginning(texts.At(0), corpus.Vocabulary, context); known {
			return sample
		}
		sample, _ := beginning(corpus.TrainText.At(0), corpus.Vocabulary, context)
		return sample
	}
	heldOut, unknown, known := mostKnown(corpus.HeldOutText, corpus.Vocabulary)
	if known && unknown == 0 {
		return heldOut
	}
	// Of a small text the few sentences held out may have no word that the others have: their map is that of unknown words.
	if learned, fewest, ok := mostKnown(corpus.TrainText, corpus.Vocabulary); ok && (!known || fewest < unknown) {
		return learned
	}
	if known {
		return heldOut
	}
	return corpus.TrainText.At(0)
}

// beginning returns the beginning of a text that fits the context, and whether any of its tokens is in the vocabulary.
func beginning(text string, v *data.Vocabulary, context int) (begin string, known bool) {
	runes := []rune(text)
	for n := min(len(runes), charSample, context); n > 0; n-- {
		begin = string(runes[:n])
		tokens, err := v.Tokenize(begin)
		if _, unknown := v.Encode(tokens); err != nil || len(tokens) <= context {
			return begin, unknown < len(tokens)
		}
	}
	return begin, true
}

// The number of words of a sentence whose map is easy to read.
const (
	fewestReadable = 4
	mostReadable   = 16
)

// mostKnown returns the text with the fewest unknown words; of several, one of readable length, the first of these. A text of less
// than fewestReadable words is returned only if all are so short. It returns its number of unknown words too; known is false if no text
// has a known word.
func mostKnown(texts data.Texts, v *data.Vocabulary) (best string, unknownWords int, known bool) {
	count := v.Counter()
	var least [3]int // too short, unknown words, too long
	for _, text := range texts.All() {
		tokens, unknown := count(text)
		if unknown == tokens {
			continue
		}
		rank := [3]int{0, unknown, 0}
		if tokens < fewestReadable {
			rank[0] = 1
		}
		if tokens > mostReadable {
			rank[2] = 1
		}
		if !known || slices.Compare(rank[:], least[:]) < 0 {
			best, least, known = text, rank, true
		}
		if known && least == [3]int{} { // none is better, and a text may have millions
			break
		}
	}
	return best, least[1], known
}

// Model returns the configuration of the transformer for a vocabulary.
func (s Settings) Model(vocab int) layers.Config {
	s.Vocab = vocab
	return s.Config
}

// Training returns the configuration of the updates.
func (s Settings) Training() train.Config {
	return train.Config{
		Batch: s.Batch, Seq: s.Context, Steps: s.Steps, Seed: s.Seed, Optimizer: s.Optimizer,
		LearningRate: s.LR, MinRate: s.MinLR, Warmup: s.Warmup, WeightDecay: s.WeightDecay,
		Beta1: s.Beta1, Beta2: s.Beta2, Momentum: s.Momentum, Clip: s.Clip,
	}
}

// YAML returns the settings as a file for --config.
func (s Settings) YAML() []byte {
	b, _ := yaml.Marshal(s) // numbers and texts are never an error
	return b
}

// identity returns the settings that never change in a run, as YAML: all but those that may change on resuming, and but those
// that older runs do not have, if they have the value that their absence means. A setting that was renamed has its former name
// here, so that the identity of a run is the same in all versions.
func (s Settings) identity() []byte {
	var later []string
	kept := s
	for _, setting := range AllSettings() {
		if kept.MayChange(setting) {
			setting.Copy(&s, &Settings{})
		}
		if setting.Absent != nil {
			absent := s
			setting.Absent(&absent)
			if setting.Text(&absent) == setting.Text(&s) {
				later = append(later, setting.Name)
			}
		}
	}
	var all yaml.Node
	_ = all.Encode(s)
	identity := all
	identity.Content = nil
	for i := 0; i < len(all.Content); i += 2 { // keys and values in turn
		if slices.Contains(later, all.Content[i].Value) {
			continue
		}
		if former, renamed := formerNames()[all.Content[i].Value]; renamed {
			all.Content[i].Value = former
		}
		identity.Content = append(identity.Content, all.Content[i:i+2]...)
	}
	b, _ := yaml.Marshal(&identity)
	return b
}

// formerNames returns the former name of each setting that was renamed, by the present one.
var formerNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, setting := range AllSettings() {
		if setting.Formerly != "" {
			names[setting.Name] = setting.Formerly
		}
	}
	return names
})

// formatKey is the key of the version of the folder's format in training.yaml. It is no setting.
const formatKey = "format-version"

// An UnknownSettingError reports a key of a settings file that is not the name of a setting.
type UnknownSettingError struct {
	Line int
	Name string
}

func (e *UnknownSettingError) Error() string {
	return fmt.Sprintf("line %d: there is no setting %s: the settings are named as the flags of `attend train --help`",
		e.Line, printable.Quote(e.Name))
}

// SettingsFile is what a settings file has besides the values of settings.
type SettingsFile struct {
	Lines  map[string]int // of the settings that it gives
	Format int            // version of the format of the run folder; 1 if the file has none
	Text   TextPath       // of a file that attend wrote
}

// ParseYAML parses settings. The setting data is as the file has it, see [SettingsFile.Text]. Settings that are not in the file keep their value in over, unless the file is of a version
// that did not have the setting yet: then it has the value of [Setting.Absent]. A setting may have its former name. An unknown
// key is an [UnknownSettingError]. Ranges and choices are not checked.
func ParseYAML(b []byte, over Settings) (s Settings, f SettingsFile, err error) {
	values, err := YAMLValues(b)
	if err != nil {
		return over, SettingsFile{}, err
	}
	if f.Format, err = parseFormat(values[formatKey]); err != nil {
		return over, SettingsFile{}, formatError{err}
	}
	delete(values, formatKey)
	text := maps.Clone(values)
	maps.DeleteFunc(values, func(name string, _ yaml.Node) bool { return isTextKey(name) })
	for name, former := range formerNames() {
		value, given := values[former]
		if _, twice := values[name]; given && !twice {
			values[name] = value
			delete(values, former)
		}
	}
	s, f.Lines = over, map[string]int{}
	targets := map[string]any{}
	for _, setting := range AllSettings() {
		targets[setting.Name] = setting.In(&s)
	}
	byLine := func(a, b string) int {
		return cmp.Or(values[a].Line-values[b].Line, values[a].Column-values[b].Column)
	}
	for _, name := range slices.SortedFunc(maps.Keys(values), byLine) {
		value := values[name]
		target, known := targets[name]
		if !known {
			return over, SettingsFile{}, &UnknownSettingError{value.Line, name}
		}
		node := cmp.Or(value.Alias, &value)
		if node.ShortTag() == "!!null" {
			continue
		}
		if err := decode(name, node, target); err != nil {
			return over, SettingsFile{}, fmt.Errorf("line %d: %w", value.Line, err)
		}
		f.Lines[name] = value.Line
	}
	if f.Lines["data"] > 0 {
		if f.Text, err = parseTextPath(text, s.Data); err != nil {
			return over, SettingsFile{}, err
		}
	}
	readOlder(&s, func(name string) bool { _, given := values[name]; return given })
	return s, f, nil
}

// readOlder calls [Setting.Absent] of each setting that the version which wrote the file did not have yet.
func readOlder(s *Settings, given func(name string) bool) {
	all := AllSettings()
	complete := !slices.ContainsFunc(all, func(s Setting) bool { return s.Absent == nil && !given(s.Name) })
	for _, setting := range all {
		if setting.Absent != nil && !given(setting.Name) && (complete || given(setting.With)) {
			setting.Absent(s)
		}
	}
}

// YAMLValues returns the values of a file of settings by their keys; an empty file has none.
func YAMLValues(b []byte) (values map[string]yaml.Node, err error) {
	d := yaml.NewDecoder(bytes.NewReader(b))
	if err = d.Decode(&values); errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		problem := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n")
		problem, _, _ = strings.Cut(strings.TrimSpace(problem), "\n")
		problem, _, _ = strings.Cut(problem, ": cannot unmarshal") // into a type of Go
		return nil, fmt.Errorf("it is not a settings file (%s): want settings, one a line, such as `layers: 2`",
			printable.Short(problem, 2*printable.MaxQuote))
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file holds a second document after ---: settings are one")
	}
	return values, nil
}

// Wanted returns what kind of value a setting of that Go type takes, for messages; "" for a text. If digits is set, it names the
// range of integers too.
func Wanted(kind string, digits bool) string {
	switch {
	case kind == "int" && digits:
		return fmt.Sprintf("a whole number from %d to %d", math.MinInt, math.MaxInt)
	case kind == "uint64" && digits:
		return fmt.Sprintf("a whole number from 0 to %d", uint64(math.MaxUint64))
	}
	return map[string]string{
		"int": "a whole number", "uint64": "a whole number from 0 up", "float64": "a number", "bool": "true or false",
	}[kind]
}

// A formatError reports a version of the format that cannot be read.
type formatError struct{ error }

// parseFormat reads the version of the format, 1 if there is none.
func parseFormat(n yaml.Node) (int, error) {
	if n.IsZero() {
		return 1, nil
	}
	format, err := strconv.Atoi(n.Value)
	switch {
	case n.ShortTag() != "!!int" || err != nil || format < 1:
		return 0, fmt.Errorf("line %d: %s is a whole number from 1 to %d, not %s: restore the file from a copy, or train again",
			n.Line, formatKey, LatestFormat, describeValue(&n))
	case format > LatestFormat:
		return 0, fmt.Errorf("%s is %d and this version of attend knows 1 to %d: use the version that wrote the file, or a newer one",
			formatKey, format, LatestFormat)
	}
	return format, nil
}

// notDecimal matches YAML numbers that are not in base 10, or have underscores.
var notDecimal = regexp.MustCompile(`^[-+]?0[0-9bBoOxX_]|_`)

// describeValue returns a value as text for a message.
func describeValue(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode {
		return "a list or a group of settings"
	}
	return printable.Quote(n.Value)
}

// decode parses the value of a setting. The YAML library reads 010 as 8 and truncates fractions to integers; both are errors
// here.
func decode(name string, n *yaml.Node, target any) error {
	if tag := n.ShortTag(); n.Kind == yaml.ScalarNode && (tag == "!!int" || tag == "!!float") && notDecimal.MatchString(n.Value) {
		return fmt.Errorf("%s is not a number in decimal digits: write 10 for ten, and a text in quotes", n.Value)
	}
	v := reflect.ValueOf(target).Elem()
	if n.Decode(target) != nil {
		rest := strings.Trim(n.Value, "0123456789")
		digits := n.ShortTag() != "!!str" && (rest == "" || rest == "-" && v.CanInt())
		return fmt.Errorf("want %s, not %s", cmp.Or(Wanted(v.Type().Name(), digits), "text"), describeValue(n))
	}
	var number float64
	if (v.CanInt() || v.CanUint()) && n.Decode(&number) == nil && v.Convert(reflect.TypeFor[float64]()).Float() != number {
		return fmt.Errorf("%s must be a whole number such as %v, not %g", name, v, number)
	}
	return nil
}
