package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/random"
	"attend/layers"
)

func greedy(tokens int) Sampling { return Sampling{TopP: 1, MaxTokens: tokens} }

func completed(t *testing.T, r *Session, prompt string, s Sampling, sample int) string {
	t.Helper()
	text, err := r.Complete(prompt, s, sample)
	if err != nil {
		t.Fatal(err)
	}
	return text.Text
}

func TestComplete(t *testing.T) {
	r := reader(t, trained(t, small(), smallText()), 1)
	s := Sampling{Temperature: 1.5, TopP: 1, Seed: 3, MaxTokens: 20}
	several := map[string]bool{}
	for sample := range 20 {
		first := completed(t, r, "The lion", s, sample)
		if again := completed(t, r, "The lion", s, sample); again != first {
			t.Errorf("sample %d is %q and %q", sample, first, again)
		}
		if !strings.HasPrefix(first, "The lion") {
			t.Errorf("%q does not begin with the prompt", first)
		}
		several[first] = true
	}
	if len(several) < 10 {
		t.Errorf("20 samples give %d texts", len(several))
	}
	other := s
	other.Seed++
	if completed(t, r, "The lion", s, 0) == completed(t, r, "The lion", other, 0) {
		t.Error("another seed gives the same text")
	}

	cold := completed(t, r, "The lion", greedy(20), 0)
	for sample := range 5 {
		top1, topP := s, s
		top1.TopK, topP.TopP = 1, 1e-9
		for _, s := range []Sampling{greedy(20), top1, topP} {
			if got := completed(t, r, "The lion", s, sample); got != cold {
				t.Errorf("%+v: %q, want %q", s, got, cold)
			}
		}
	}
}

// always makes a model that predicts one token whatever it reads.
func always(t *testing.T, s Settings, id int) *Run {
	t.Helper()
	s.Tied = false
	r := trained(t, s, smallText())
	for _, p := range r.Parameters.All() {
		switch p.Name {
		case "ln_f.gain":
			clear(p.Data)
		case "ln_f.bias":
			clear(p.Data)
			p.Data[0] = 1
		case layers.UnembeddingTable: // [vocab, dim]
			clear(p.Data)
			p.Data[id*r.Config.Dim] = 50
		}
	}
	return r
}

func TestCompleteStops(t *testing.T) {
	ended := reader(t, always(t, small(), 0), 1)
	for _, prompt := range []string{"The lion", " The lion "} {
		if got := completed(t, ended, prompt, greedy(20), 0); got != prompt {
			t.Errorf("%q, want the prompt as it is", got)
		}
	}
	if got := completed(t, ended, "", greedy(20), 0); got != "" {
		t.Errorf("%q, want nothing", got)
	}

	r := always(t, small(), 5)
	word := r.Vocabulary.Key(5)
	endless := reader(t, r, 1)
	// A context of 8 holds the boundary and 7 words, and predicts one more.
	if got := completed(t, endless, "", greedy(20), 0); !strings.EqualFold(got, strings.TrimSpace(strings.Repeat(word+" ", 8))) {
		t.Errorf("%q, want 8 words", got)
	}
	if got := completed(t, endless, "The lion sees the ant near rocks", greedy(20), 0); got != "The lion sees the ant near rocks "+word {
		t.Errorf("%q, want one word more", got)
	}
	if got := completed(t, endless, "the", greedy(3), 0); got != "the "+word+" "+word+" "+word {
		t.Errorf("%q, want 3 words more", got)
	}
	// Of a longer prompt the last 7 words are read, and it has no end.
	if got, prompt := completed(t, endless, "The lion sees the ant near rocks now", greedy(9), 0), "The lion sees the ant near rocks now"; got !=
		prompt+strings.Repeat(" "+word, 9) {
		t.Errorf("%q, want 9 words more", got)
	}
	_, err := endless.Complete("a\xff", greedy(20), 0)
	wantError(t, err, "UTF-8")
	_, err = endless.Complete("the", Sampling{}, 0)
	wantError(t, err, "top-p")
}

// Each word after a prompt that is longer than the context is predicted from the last words that fit.
func TestCompleteLongPrompt(t *testing.T) {
	s := small()
	s.Steps = 40
	r := reader(t, trained(t, s, smallText()), 1)
	prompt := "the ant the bee the cat the dog near the lion sees the"
	words := strings.Fields(completed(t, r, prompt, greedy(4), 0))
	given := len(strings.Fields(prompt))
	for end := given; end < len(words); end++ {
		m, err := r.Map(strings.Join(words[:end], " "), 1)
		if err != nil {
			t.Fatal(err)
		}
		if m.Next[0].Word != words[end] || m.Omitted != end-7 {
			t.Errorf("after %q comes %q, want %q; %d omitted", words[:end], words[end], m.Next[0].Word, m.Omitted)
		}
	}
	if len(words) == given {
		t.Error("nothing comes after the prompt")
	}
}

// A run on characters predicts each from the last of its context alone.
func TestCompleteChars(t *testing.T) {
	s := small()
	s.Unit, s.Case, s.Context, s.Steps = data.Char, data.Keep, 8, 40
	run := trained(t, s, smallText())
	r := reader(t, run, 1)
	for _, prompt := range []string{"The", "The lion sees the "} {
		got := completed(t, r, prompt, greedy(30), 0)
		if len(got) != len(prompt)+30 || !strings.HasPrefix(got, prompt) {
			t.Fatalf("%q: want 30 characters after %q", got, prompt)
		}
		for end := len(prompt); end < len(got); end++ {
			m, err := r.Map(got[max(0, end-8):end], 1)
			if err != nil {
				t.Fatal(err)
			}
			if m.Next[0].Word != got[end:end+1] {
				t.Errorf("after %q comes %q, want %q", got[:end], got[end:end+1], m.Next[0].Word)
			}
		}
	}
	if got := completed(t, r, "", greedy(5), 0); got != completed(t, r, "\n", greedy(5), 0)[1:] {
		t.Errorf("an empty prompt is not a line's beginning: %q", got)
	}
	s.Data = "one line"
	oneLine := trained(t, s, strings.ReplaceAll(smallText(), "\n", " "))
	begun := reader(t, oneLine, 1)
	if got := completed(t, begun, "", greedy(1), 0); got != "T" {
		t.Errorf("an empty prompt does not begin as the sentences of the text: %q", got)
	}
	if got := completed(t, begun, "", greedy(5), 0); got != completed(t, begun, "T", greedy(4), 0) {
		t.Errorf("an empty prompt is not what its first character gives: %q", got)
	}
	oneLine.Spelling = data.NewSpelling(oneLine.Vocabulary)
	several := map[string]bool{}
	for sample := range 20 {
		first := completed(t, begun, "", Sampling{Temperature: 1, TopP: 1, MaxTokens: 1}, sample)
		several[first] = true
		if _, known := oneLine.Vocabulary.ID(first); !known {
			t.Errorf("%q is no character of the text", first)
		}
	}
	if len(several) < 5 {
		t.Errorf("without statistics 20 samples begin with %d characters", len(several))
	}
}

// <unk> is not drawn, however likely it is, unless it is asked for.
func TestCompleteWithoutUnknown(t *testing.T) {
	for _, unit := range []string{"word", "char"} {
		s := small()
		s.Unit, s.Context = unit, 8
		blank := trained(t, s, smallText())
		unknown, _ := blank.Vocabulary.Unknown()
		r := always(t, s, unknown)
		one := reader(t, r, 1)
		for _, sampling := range []Sampling{greedy(4), {Temperature: 1, TopP: 1, MaxTokens: 4}, {Temperature: 1, TopP: 0.9, MaxTokens: 4},
			{Temperature: 1000, TopK: 3, TopP: 1, MaxTokens: 4}, {Temperature: 1000, TopP: 1, MaxTokens: 4}} {
			for sample := range 30 {
				if got := completed(t, one, "The", sampling, sample); strings.Contains(got, data.UnknownToken) {
					t.Fatalf("%s, %+v: %q", unit, sampling, got)
				}
			}
			sampling.Unknown = true
			if got := completed(t, one, "The", sampling, 1); sampling.Temperature < 2 && !strings.Contains(got, data.UnknownToken) {
				t.Errorf("%s, %+v: %q does not have what was asked for", unit, sampling, got)
			}
		}
	}
}

// A draw of what has no probability would be one for u next to 1, where the probabilities sum to less by rounding.
func TestDrawNeverDraws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), 2, 50).Draw(t, "logits")
		never := rapid.IntRange(0, len(logits)-1).Draw(t, "never")
		u := rapid.SampledFrom([]float64{0, 0.5, 0.999, 1 - 1e-7, math.Nextafter(1, 0)}).Draw(t, "u")
		s := Sampling{Temperature: rapid.SampledFrom([]float64{0, 0.01, 1, 1000}).Draw(t, "temperature"),
			TopK: rapid.SampledFrom([]int{0, 1, len(logits), 100}).Draw(t, "top-k"), TopP: rapid.SampledFrom([]float64{0.5, 1}).Draw(t, "top-p")}
		if got := s.draw(logits, never, u); got == never {
			t.Fatalf("drew %d", got)
		}
	})
}

// As many equal probabilities as there are may sum to less than u.
func TestDrawNeverDrawsByRounding(t *testing.T) {
	below := 0
	for n := 2; n < 60; n++ {
		logits := make([]float32, n) // the last is excluded
		p := make([]float32, n-1)
		kernel.Softmax(p)
		sum := 0.0
		for _, x := range p {
			sum += float64(x)
		}
		u := math.Nextafter(1, 0)
		if sum < u {
			below++
		}
		for _, s := range []Sampling{{Temperature: 1, TopP: 1}, {Temperature: 1, TopP: 1, TopK: n}, {Temperature: 1, TopP: 0.9999999}, {Temperature: 1, TopP: u}} {
			if got := s.draw(logits, n-1, u); got == n-1 {
				t.Errorf("of %d tokens the excluded one is drawn", n)
			}
		}
	}
	if below == 0 {
		t.Error("no sum is below u: the test shows nothing")
	}
}

// Words are written as the training text has them, after a prompt that stays as it is; a run of an earlier format has rules alone.
func TestCompleteSpelling(t *testing.T) {
	text := strings.Repeat("it costs 9.50 (or less)\nit costs 9.50 (or more)\nsee x_y at http://a.b/d\nsee the “Old Man” of Hoy\n", 4)
	s := small()
	s.HoldOut, s.Context, s.Steps, s.Dim, s.Hidden, s.Warmup, s.LR = 0, 16, 60, 16, 32, 2, 0.02
	s.Data = "spacing"
	r := trained(t, s, text)
	one := reader(t, r, 1)
	for prompt, want := range map[string]string{"it costs 9": "it costs 9.50 (or ", "see x": "see x_y at http://a.b/d", "see the ": "see the “Old Man” of Hoy"} {
		if got := completed(t, one, prompt, greedy(20), 0); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	r.Spelling = data.NewSpelling(r.Vocabulary)
	if got := completed(t, one, "see the", greedy(20), 0); got != "see the “old man” of hoy" {
		t.Errorf("without statistics: %q", got)
	}
}

func TestSamplingValidate(t *testing.T) {
	good := Sampling{Temperature: 1, TopK: 5, TopP: 0.9, MaxTokens: 1}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		change func(*Sampling)
		part   string
	}{
		{func(s *Sampling) { s.Temperature = -1 }, "temperature"},
		{func(s *Sampling) { s.Temperature = math.NaN() }, "temperature"},
		{func(s *Sampling) { s.Temperature = math.Inf(1) }, "temperature"},
		{func(s *Sampling) { s.TopK = -1 }, "top-k"},
		{func(s *Sampling) { s.TopP = 0 }, "top-p"},
		{func(s *Sampling) { s.TopP = 1.1 }, "top-p"},
		{func(s *Sampling) { s.TopP = math.NaN() }, "top-p"},
		{func(s *Sampling) { s.MaxTokens = 0 }, "number of tokens"},
	} {
		s := good
		c.change(&s)
		wantError(t, s.Validate(), c.part)
	}
}

// Tokens are drawn as often as they are probable among those that are kept.
func TestDraw(t *testing.T) {
	logits := []float32{0.3, 2, -1, 1.5, 0, -30, 1.5}
	const draws = 40000
	for _, c := range []struct {
		name string
		s    Sampling
		kept []int // nil: all
	}{
		{"plain", Sampling{Temperature: 1, TopP: 1}, nil},
		{"cold", Sampling{Temperature: 0.5, TopP: 1}, nil},
		{"hot", Sampling{Temperature: 3, TopP: 1}, nil},
		{"top-k", Sampling{Temperature: 1, TopK: 3, TopP: 1}, []int{1, 3, 6}},
		{"top-k of equals", Sampling{Temperature: 1, TopK: 2, TopP: 1}, []int{1, 3}},
		{"top-k above all", Sampling{Temperature: 1, TopK: 100, TopP: 1}, nil},
		{"top-p", Sampling{Temperature: 1, TopP: 0.75}, []int{1, 3, 6}},                  // 0.39, 0.24, 0.24, 0.07...
		{"top-p among top-k", Sampling{Temperature: 1, TopK: 3, TopP: 0.7}, []int{1, 3}}, // 0.39 + 0.24 of 0.87
		{"top-p just reached", Sampling{Temperature: 1, TopP: 0.38}, []int{1}},
		{"both", Sampling{Temperature: 1, TopK: 2, TopP: 0.9}, []int{1, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			scaled := make([]float32, len(logits))
			for i, x := range logits {
				scaled[i] = float32(float64(x) / c.s.Temperature)
			}
			p, kept := softmax(scaled), 0.0
			for i := range p {
				if c.kept != nil && !slices.Contains(c.kept, i) {
					p[i] = 0
				}
				kept += p[i]
			}
			counts := make([]float64, len(logits))
			before := slices.Clone(logits)
			dice := random.New(1, c.name)
			for range draws {
				counts[c.s.draw(logits, -1, dice.Float64())]++
			}
			if !slices.Equal(before, logits) {
				t.Error("the logits were changed")
			}
			chi := 0.0
			for i, n := range counts {
				if want := draws * p[i] / kept; want > 1 {
					chi += (n - want) * (n - want) / want
				} else if n > 10*want {
					t.Errorf("token %d came %g times, want %g", i, n, want)
				}
			}
			if chi > 22.5 { // 6 degrees of freedom: one in a thousand
				t.Errorf("chi-square %g: %v of %v", chi, counts, p)
			}
		})
	}
	for _, dice := range []float64{0, 0.5, math.Nextafter(1, 0)} {
		if got := (Sampling{TopP: 1}).draw(logits, -1, dice); got != 1 {
			t.Errorf("temperature 0 draws %d", got)
		}
		if got := (Sampling{Temperature: 1e-300, TopP: 1}).draw(logits, -1, dice); got != 1 {
			t.Errorf("a temperature near 0 draws %d", got)
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	savanna, err := data.Savanna()
	if err != nil {
		b.Fatal(err)
	}
	words, err := Defaults().Resolve(savanna)
	if err != nil {
		b.Fatal(err)
	}
	letters := strings.Repeat("\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 2)
	characters, err := data.Load("letters", strings.NewReader(letters), data.Options{Unit: data.Char, HoldOut: 0.5, MinCount: 1, By: data.ByTokens})
	if err != nil {
		b.Fatal(err)
	}
	chars := words
	chars.Unit, chars.Layers, chars.Heads, chars.Dim, chars.Hidden, chars.Context = "char", 4, 4, 128, 512, 64
	for _, c := range []struct {
		name       string
		settings   Settings
		vocabulary *data.Vocabulary
		prompt     string
		sampling   Sampling
	}{
		{"default", words, savanna.Vocabulary, "The lion saw", Sampling{Temperature: 1, TopP: 1, MaxTokens: 200}},
		{"nanogpt", chars, characters.Vocabulary, "ROMEO:", Sampling{Temperature: 1, TopP: 1, MaxTokens: 200}},
	} {
		b.Run(c.name, func(b *testing.B) {
			config := c.settings.Model(c.vocabulary.Len())
			weights, err := layers.NewParameters(config, 1)
			if err != nil {
				b.Fatal(err)
			}
			r := reader(b, &Run{Settings: c.settings, Vocabulary: c.vocabulary, Spelling: data.NewSpelling(c.vocabulary), Config: config, Parameters: weights}, 1)
			added := 0
			b.ReportAllocs()
			for sample := 0; b.Loop(); sample++ {
				text, err := r.Complete(c.prompt, c.sampling, sample)
				if err != nil {
					b.Fatal(err)
				}
				tokens, err := c.vocabulary.Tokenize(strings.TrimPrefix(text.Text, c.prompt))
				if err != nil {
					b.Fatal(err)
				}
				added += len(tokens)
			}
			b.ReportMetric(float64(added)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// Several prompts in batches are continued as each by itself.
func TestContinueInBatches(t *testing.T) {
	for _, unit := range []string{"word", "char"} {
		s := small()
		s.Unit = unit
		if unit == "char" {
			s.Context = 8
		}
		r := trained(t, s, smallText())
		ids := func(text string) []int {
			e, err := r.Encode(text)
			if err != nil {
				t.Fatal(err)
			}
			return e.IDs
		}
		prompts := [][]int{ids("The lion"), ids("The"), ids("The lion saw"[:8]), ids("The lion"), ids("The")}
		sampling := Sampling{Temperature: 1.5, TopP: 1, Seed: 3, MaxTokens: 12}
		together, err := reader(t, r, 2).Continue(prompts, sampling, 7)
		if err != nil {
			t.Fatal(err)
		}
		one := reader(t, r, 1)
		for i, prompt := range prompts {
			alone, err := one.Continue([][]int{prompt}, sampling, 7+i)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(together[i], alone[0]) || len(alone[0]) == 0 {
				t.Errorf("%s, prompt %d: %v in a batch, %v alone", unit, i, together[i], alone[0])
			}
		}
		if slices.Equal(together[1], together[4]) {
			t.Errorf("%s: two samples are the same: %v", unit, together[1])
		}
	}
}

// Drawing from all tokens without ordering them all gives the same tokens as with the whole order.
func TestDrawnIsTheOrderedInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), 1, 50).Draw(t, "logits")
		if rapid.Bool().Draw(t, "equal") { // ties go to the earlier token
			logits = append(logits, logits...)
		}
		u := rapid.Float64Range(0, 0.999999).Draw(t, "u")
		got := Sampling{Temperature: 1, TopP: 1}.draw(logits, -1, u)
		p := slices.Clone(logits)
		kernel.Softmax(p)
		rest := u
		for _, want := range descending(p) {
			if rest -= float64(p[want]); rest < 0 {
				if math.Abs(rest) > 1e-6 && got != want {
					t.Fatalf("drew %d, want %d", got, want)
				}
				return
			}
		}
	})
}
