package run

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/layers"
)

func TestSettingsRoundTrip(t *testing.T) {
	// Every field gets a value of its own that is not its zero.
	var s Settings
	for i, setting := range AllSettings() {
		switch f := setting.field(&s); f.Kind() {
		case reflect.String:
			f.SetString(fmt.Sprintf("a: 'b' #%d \"é\"", i))
		case reflect.Int:
			f.SetInt(int64(i + 1))
		case reflect.Uint64:
			f.SetUint(1<<64 - 1)
		case reflect.Float64:
			f.SetFloat(1 / float64(i+3))
		case reflect.Bool:
			f.SetBool(true)
		default:
			t.Fatalf("a field of kind %s", f.Kind())
		}
	}
	for _, s := range []Settings{s, {Config: layers.Config{Norm: layers.LayerNormName}}, Defaults()} {
		b := s.YAML()
		if got, _, err := ParseYAML(b, Settings{}); err != nil || got != s {
			t.Errorf("%+v, %v, want %+v", got, err, s)
		}
		var sealed []byte
		for format := 1; format <= LatestFormat; format++ {
			sealed = sealSettings(s, format, TextPath{})
			if got, f, err := unsealSettings(sealed); err != nil || got != s || f.Format != format {
				t.Errorf("sealed: %+v, format %d, %v, want %+v, %d", got, f.Format, err, s, format)
			}
		}
		if got, _, err := ParseYAML(sealed, Settings{}); err != nil || got != s { // for --config
			t.Errorf("sealed, as a config: %+v, %v, want %+v", got, err, s)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, _, err := unsealSettings(sealed); err == nil {
				t.Fatalf("byte %d changed: no error", i)
			}
			sealed[i] ^= 1
		}
		_, _, err := unsealSettings(b)
		wantError(t, err, "SHA-256")
		_, _, err = unsealSettings(append(bytes.Clone(sealed), "dim: 9\n"...))
		wantError(t, err, "SHA-256")
	}
}

func TestParseYAML(t *testing.T) {
	for _, nothing := range []string{"", "\n", "# only a comment\n", "---\n"} {
		if got, _, err := ParseYAML([]byte(nothing), Defaults()); err != nil || got != Defaults() {
			t.Errorf("%q: %+v, %v", nothing, got, err)
		}
	}
	texts := Defaults()
	for _, text := range []string{"010", "0x10", "1_000", "0_1.5", "-0o7", "1_0e3"} { // in quotes, as a run keeps them
		texts.Data, texts.Sample = text, text
		if got, _, err := ParseYAML(texts.YAML(), Settings{}); err != nil || got != texts {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, texts)
		}
	}
	want := Defaults()
	want.Dim, want.LR, want.Steps = 48, 0.5, 2000
	if got, _, err := ParseYAML([]byte("dim: 48\nlr: 0.5\nsteps: 2e3\n"), Defaults()); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	_, read, err := ParseYAML([]byte("# a comment\ndim: 48\nlr:\nprobe: >\n  the lion\nsteps: &n 9\nwarmup: *n\nformat-version: 2\n"), Defaults())
	wantLines := map[string]int{"dim": 2, "sample": 4, "steps": 6, "warmup": 7} // lr has no value
	if err != nil || !maps.Equal(read.Lines, wantLines) {
		t.Errorf("lines %v, %v, want %v", read.Lines, err, wantLines)
	}
	renamed := Defaults()
	renamed.Sample = "the lion"
	if got, _, err := ParseYAML([]byte("probe: the lion\n"), Defaults()); err != nil || got != renamed {
		t.Errorf("the former name of a setting: %+v, %v, want %+v", got, err, renamed)
	}
	for text, name := range map[string]string{
		"sample: a\nprobe: b\n": `line 2: there is no setting "probe"`,
		"dimm: 48\n":            "dimm",
		"Dim: 48\n":             "Dim",
		"min_lr: 1\n":           "min_lr",
		"dim: wide\n":           "wide",
		"dim: 4\ndim: 8\n":      "dim",
		"seed: -1\n":            "-1",
		"- dim\n":               "line 1",
		"dim: 48\n  heads:":     "line 2",
		"dim: 1.5\n":            "dim must be a whole number such as 1, not 1.5",
		"seed: 0.5\n":           "seed",
		"steps: !!binary \n":    "line 1",
		"layers: -.inf\n":       "layers must be a whole number",
		"seed: -0.5\n":          "line 1: seed must be a whole number such as 0, not -0.5",
		"dim: wide open\n":      `line 1: want a whole number, not "wide open"`,
		"\nseed: -2\n":          `line 2: want a whole number from 0 up, not "-2"`,
		"lr: fast\n":            `line 1: want a number, not "fast"`,
		"tied: 2\n":             `line 1: want true or false, not "2"`,
		"sample: [a]\n":         "line 1: want text, not a list or a group of settings",
		"data: {a: b}\n":        "line 1: want text, not a list or a group of settings",
		"\nlayrs: 2\n":          "line 2: there is no setting \"layrs\"",
		"dimm: 4\nlayrs: 2":     "line 1: there is no setting \"dimm\"",
		"dimm: 4\ndim: a\n":     "line 1: there is no setting \"dimm\"",
		"dim: a\ndimm: 4\n":     "line 1: want a whole number",
		"[a]: b\n":              "line 1",

		"dim: 8\nsteps: 010\n":     "line 2: 010 is not a number in decimal digits: write 10 for ten",
		"steps: -010\n":            "line 1: -010",
		"steps: 0x10\n":            "0x10",
		"steps: 0o10\n":            "0o10",
		"steps: 0b10\n":            "0b10",
		"steps: 1_000\n":           "1_000",
		"lr: 010\n":                "010",
		"lr: 0_1.5\n":              "0_1.5",
		"steps: !!int \"010\"\n":   "010",
		"<<: {steps: 010}\n":       "010",
		"steps: &a 010\ndim: *a\n": "line 1",
	} {
		if _, _, err := ParseYAML([]byte(text), Defaults()); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: error %v, want one with %q", text, err, name)
		}
	}
}

func corpusOf(t *testing.T, s Settings, text string) *data.Corpus {
	t.Helper()
	corpus, err := loadText(text)(s)
	if err != nil {
		t.Fatal(err)
	}
	return corpus
}

func TestResolve(t *testing.T) {
	s := small()
	s.Hidden = 0
	corpus := corpusOf(t, s, smallText())
	got, err := s.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	if got.Hidden != 32 || got.LR != 0.01 || got.Context != 8 || got.Sample != corpus.HeldOutText.At(0) {
		t.Errorf("hidden %d, lr %g, context %d, sample %q: want 32, 0.01, 8 (7 words and the boundary), %q",
			got.Hidden, got.LR, got.Context, got.Sample, corpus.HeldOutText.At(0))
	}
	if again, err := got.Resolve(corpus); err != nil || again != got {
		t.Errorf("resolved twice: %+v, %v", again, err)
	}
	given := got
	given.Hidden, given.LR, given.Context, given.Sample = 5, 0.1, 9, "the lion"
	if again, err := given.Resolve(corpus); err != nil || again != given {
		t.Errorf("what was given became %+v, %v", again, err)
	}
	savanna, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Resolve(savanna); err != nil || got.Sample != savannaSample {
		t.Errorf("the savanna's sample is %q, %v", got.Sample, err)
	}
}

func TestResolveChars(t *testing.T) {
	s := small()
	s.Unit = "char"
	corpus := corpusOf(t, s, smallText())
	got, err := s.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	if want := corpus.HeldOutText.At(0)[:24]; got.Context != 64 || got.Sample != want {
		t.Errorf("context %d, sample %q: want 64, %q", got.Context, got.Sample, want)
	}
	s.Context = 10
	if got, err = s.Resolve(corpus); err != nil || got.Context != 10 || got.Sample != corpus.HeldOutText.At(0)[:10] {
		t.Errorf("context %d, sample %q, %v: want 10 characters", got.Context, got.Sample, err)
	}
}

// What a text of few characters gives no choice of is chosen so that the text can be learned.
func TestResolveShortText(t *testing.T) {
	s := Defaults()
	s.Unit = data.Char
	for text, want := range map[string]struct {
		context int
		sample  string
	}{"the cat sat on the mat": {19, "at"}, "cat\n": {1, "c"}} {
		corpus, err := loadText(text)(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Resolve(corpus)
		if err != nil || got.Context != want.context || got.Sample != want.sample {
			t.Errorf("%q: context %d, sample %q, %v, want %v", text, got.Context, got.Sample, err, want)
		}
	}
}

// A minimum count that is not given is the one that was chosen for the text, and a given one stays.
func TestResolveMinCount(t *testing.T) {
	s := small()
	for given, want := range map[int]int{0: 1, 2: 2} {
		s.MinCount = given
		corpus, err := smallCorpus(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Resolve(corpus)
		if err != nil || got.MinCount != want || got.Options() != corpusOptions(s, want) {
			t.Errorf("given %d: %d, %v, want %d", given, got.MinCount, err, want)
		}
	}
	savanna, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Defaults().Resolve(savanna); err != nil || got.MinCount != 2 {
		t.Errorf("the savanna's minimum count is %d, %v, want 2 as in earlier versions", got.MinCount, err)
	}
}

// corpusOptions are the options of settings with a minimum count.
func corpusOptions(s Settings, minCount int) data.Options {
	o := s.Options()
	o.MinCount = minCount
	return o
}

// The sample sentence is the one with the fewest unknown words, of readable length where possible, the first of those.
func TestSampleIsKnown(t *testing.T) {
	s := small()
	var v *data.Vocabulary
	for known := false; !known; s.SplitSeed++ { // until the line of letters is not held out
		corpus, err := loadText("a b c d e f g h i j\nk\n")(s)
		if err != nil {
			t.Fatal(err)
		}
		v = corpus.Vocabulary
		_, known = v.ID("a")
	}
	long := "a" + strings.Repeat(" a", 16)
	for _, c := range []struct{ want, texts string }{
		{"a b c d x", "x y z a|a b c d x|a b|b c d e x"},
		{"a b c d", "a b c x|a b c d|d c b a"},
		{"a b c x", "a b|a b c x"},       // too short a map says little
		{"a b", "x y z w v|a x|a b|b a"}, // all others have no known word, or are as short
		{"a b c d", long + "|a b c d"},   // too long a map is hard to read
		{long, "a b c x|" + long},        // but fewer unknown words count more
		{"", "x y z w|x"},
	} {
		all := data.Options{Unit: data.Word, By: data.ByTokens}
		corpus, err := data.Load("texts", strings.NewReader(strings.ReplaceAll(c.texts, "|", "\n")), all)
		if err != nil {
			t.Fatal(err)
		}
		got, unknown, known := mostKnown(corpus.TrainText, v)
		if got != c.want || known != (c.want != "") {
			t.Errorf("of %q: %q, %v, want %q", c.texts, got, known, c.want)
		}
		if want := strings.Count(got, "x"); unknown != want {
			t.Errorf("of %q: %d unknown words, want %d", c.texts, unknown, want)
		}
	}
}

// A sentence held out is the sample sentence where all its words are known; else one of the training text is.
func TestSampleOfASmallText(t *testing.T) {
	for _, c := range []struct {
		text    string
		heldOut bool
	}{
		{"a b c d\nd c b a\nb a d c\nc d a b\n", true},
		{"a b c d\ne f g h\ni j k l\nm n o p\n", false}, // no two have a word in common
		{"a b c d\na f g h\na j k l\na n o p\n", false}, // one word is known
	} {
		s := small()
		s.HoldOut = 0.25
		corpus, err := loadText(c.text)(s)
		if err != nil {
			t.Fatal(err)
		}
		if corpus.HeldOut.Len() != 1 {
			t.Fatalf("%d sentences are held out", corpus.HeldOut.Len())
		}
		if s, err = s.Resolve(corpus); err != nil {
			t.Fatal(err)
		}
		if heldOut := s.Sample == corpus.HeldOutText.At(0); heldOut != c.heldOut {
			t.Errorf("of %q: the sample sentence is %q, and %q is held out", c.text, s.Sample, corpus.HeldOutText.At(0))
		}
	}
}

func TestResolveErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Settings)
		parts  []string
	}{
		{"context", func(s *Settings) { s.Context = 7 }, []string{"line 2 of small", "7 words", "context of 7", "--context 8"}},
		{"eval", func(s *Settings) { s.EvalInterval = 0 }, []string{"eval-interval", "0 and 3"}},
		{"save", func(s *Settings) { s.SaveInterval = -1 }, []string{"save-interval", "2 and -1"}},
		{"layers", func(s *Settings) { s.Layers = 0 }, []string{"layers"}},
		{"heads", func(s *Settings) { s.Heads = 3 }, []string{"3 heads", "dim 8"}},
		{"dim", func(s *Settings) { s.Dim = 0 }, []string{"dim"}},
		{"hidden", func(s *Settings) { s.Hidden = -1 }, []string{"hidden"}},
		{"positions", func(s *Settings) { s.Positions = "best" }, []string{"best"}},
		{"activation", func(s *Settings) { s.Activation = "best" }, []string{"best"}},
		{"dropout", func(s *Settings) { s.Dropout = 1 }, []string{"dropout"}},
		{"batch", func(s *Settings) { s.Batch = 0 }, []string{"batch"}},
		{"steps", func(s *Settings) { s.Steps = 0 }, []string{"steps"}},
		{"optimizer", func(s *Settings) { s.Optimizer = "best" }, []string{"best"}},
		{"lr", func(s *Settings) { s.LR = -1 }, []string{"learning rate"}},
		{"min-lr", func(s *Settings) { s.MinLR = 1 }, []string{"min-lr 1 is above lr"}},
		{"warmup", func(s *Settings) { s.Warmup = 7 }, []string{"warmup 7", "6 steps"}},
		{"weight-decay", func(s *Settings) { s.WeightDecay = -1 }, []string{"weight decay"}},
		{"beta1", func(s *Settings) { s.Beta1 = 1 }, []string{"beta1"}},
		{"beta2", func(s *Settings) { s.Beta2 = -1 }, []string{"beta2"}},
		{"momentum", func(s *Settings) { s.Momentum = 2 }, []string{"momentum"}},
		{"clip", func(s *Settings) { s.Clip = -1 }, []string{"clip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := small()
			corpus := corpusOf(t, s, smallText())
			c.change(&s)
			_, err := s.Resolve(corpus)
			wantError(t, err, c.parts...)
		})
	}
	long := corpusOf(t, small(), smallText()+strings.Repeat("roar ", 600)+"\n")
	_, err := small().Resolve(long)
	wantError(t, err, "line 121 of small", "600 words", "--context 601")
	s := small()
	s.Unit = "syllable"
	_, err = data.Load("small", strings.NewReader(smallText()), s.Options())
	wantError(t, err, "syllable")
}

// Whatever stands in a settings file is an error, or settings that are written and read again as they are.
func FuzzParseYAML(f *testing.F) {
	f.Add(Defaults().YAML())
	f.Add(sealSettings(Defaults(), LatestFormat, TextPath{"../my.txt", "/home/my.txt", digest(nil)}))
	for _, s := range []string{"", "layers: 2\nlayers: 3\n", "steps: 010\n", "lr: .nan\n", "lr: .inf\n", "dim: 1e1\n", "seed: 18446744073709551616\n", "---\n---\n", "a: &a [*a]\n",
		"data: \"\\e[31m\"\n", "sample: |\n  two\n  lines\n", "x: &x [1,1]\ny: &y [*x,*x,*x]\nz: [*y,*y,*y]\n", "\xff\xfe", "{", "? {}\n", "!!binary a: b\n", "<<: {layers: 3}\n", "format: 1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = unsealSettings(b)
		s, _, err := ParseYAML(b, Defaults())
		if err != nil {
			return
		}
		got, _, err := ParseYAML(s.YAML(), Settings{})
		if nan := fmt.Sprint(got) == fmt.Sprint(s); err != nil || got != s && !nan { // NaN differs from itself
			t.Errorf("%q: %+v came back as %+v, %v", b, s, got, err)
		}
	})
}

// A run of a newer version is not called damaged.
func TestASettingOfANewerVersion(t *testing.T) {
	b := append(Defaults().YAML(), "later-setting: 1\n"...)
	_, _, err := unsealSettings(fmt.Appendf(b, "%s%s\n", sealMark, digest(b)))
	if err == nil || !strings.Contains(err.Error(), `no setting "later-setting": use the version that wrote the file`) {
		t.Errorf("error %v", err)
	}
}

// Files that are older than a setting mean what they meant before: the split was drawn by the seed, held-out sentences were counted,
// and initial weights were those of GPT-2.
func TestParseYAMLOfOlderFiles(t *testing.T) {
	whole := Defaults()
	whole.Seed, whole.SplitSeed, whole.HoldOutBy, whole.Norm, whole.LR = 5, 9, data.ByTokens, "other", 0.01
	var older []string // the file before the settings existed
	for line := range strings.Lines(string(whole.YAML())) {
		if name, _, _ := strings.Cut(line, ":"); !slices.Contains([]string{"split-seed", "holdout-by", "norm", "init"}, name) {
			older = append(older, line)
		}
	}
	for _, c := range []struct {
		file            string
		split           uint64
		by, norms, init string
		lr              float64
	}{
		{"layers: 2\n", 1, data.ByTokens, "layernorm", "scaled", 0},
		{"holdout: 0.2\n", 1, data.ByTokens, "layernorm", "scaled", 0},
		{"lr: 0.01\n", 1, data.ByTokens, "layernorm", "scaled", 0.01},
		{"seed: 5\n", 5, data.ByTokens, "layernorm", "scaled", 0},
		{"seed: 5\nsplit-seed: 6\n", 6, data.ByTokens, "layernorm", "scaled", 0},
		{strings.Join(older, ""), 5, data.BySentences, "layernorm", "gpt2", 0.01},
		{string(whole.YAML()), 9, data.ByTokens, "other", "scaled", 0.01},
	} {
		s, _, err := ParseYAML([]byte(c.file), Defaults())
		if err != nil || s.SplitSeed != c.split || s.HoldOutBy != c.by || s.Norm != c.norms || s.Init != c.init || s.LR != c.lr {
			t.Errorf("%s\nsplit seed %d, %s, %s, %s, %g (%v), want %d, %s, %s, %s, %g",
				c.file, s.SplitSeed, s.HoldOutBy, s.Norm, s.Init, s.LR, err, c.split, c.by, c.norms, c.init, c.lr)
		}
		if o := s.Options(); o.Seed != s.SplitSeed || o.By != s.HoldOutBy {
			t.Errorf("%+v for %+v", o, s)
		}
	}
}
