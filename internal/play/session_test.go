package play

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// conversation sends messages to a session.
type conversation struct {
	t       testing.TB
	session *Session
	id      int64
}

// talk begins a session in a temporary folder.
func talk(t testing.TB) *conversation {
	t.Helper()
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &conversation{t: t, session: s}
}

// send sends a message with fields, and returns the reply.
func (c *conversation) send(do string, fields map[string]any) (result json.RawMessage, problem string) {
	c.t.Helper()
	c.id++
	message := map[string]any{"id": c.id, "do": do}
	for name, value := range fields {
		message[name] = value
	}
	b, err := json.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	var reply struct {
		ID     int64           `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  string          `json:"error"`
	}
	out := c.session.Handle(b)
	if err := json.Unmarshal(out, &reply); err != nil {
		c.t.Fatalf("%s: %v", out, err)
	}
	if reply.ID != c.id || (reply.Result == nil) == (reply.Error == "") || strings.Contains(reply.Error, "\n") || strings.HasPrefix(reply.Error, faultText) {
		c.t.Fatalf("%s: reply %.500s", do, out)
	}
	return reply.Result, reply.Error
}

// ask sends a message that has a result, and reads it into a value of its type.
func ask[T any](c *conversation, do string, fields map[string]any) (result T) {
	c.t.Helper()
	b, problem := c.send(do, fields)
	if problem != "" {
		c.t.Fatalf("%s: %s", do, problem)
	}
	if err := json.Unmarshal(b, &result); err != nil {
		c.t.Fatalf("%s: %v", do, err)
	}
	return result
}

// refused sends a message that is an error with all the parts.
func (c *conversation) refused(do string, fields map[string]any, parts ...string) {
	c.t.Helper()
	result, problem := c.send(do, fields)
	if problem == "" {
		c.t.Errorf("%s %.100v: result %.200s, want an error", do, fields, result)
	}
	for _, part := range parts {
		if !strings.Contains(problem, part) {
			c.t.Errorf("%s %.100v: error %q, want it with %q", do, fields, problem, part)
		}
	}
	if strings.Contains(problem, os.TempDir()) {
		c.t.Errorf("%s %.100v: error %q names the folder of the session", do, fields, problem)
	}
}

type object = map[string]any

// small is a text that trains fast.
func small() string {
	var b strings.Builder
	for _, who := range []string{"lion", "zebra", "hyena", "eagle", "otter"} {
		for _, verb := range []string{"sees", "likes"} {
			for _, whom := range []string{"ant", "bee", "cat", "dog"} {
				fmt.Fprintf(&b, "The %s %s the %s\n", who, verb, whom)
			}
		}
	}
	return b.String()
}

// quick are settings that train fast.
func quick(more ...string) map[string]string {
	s := map[string]string{"dim": "16", "heads": "2", "batch": "8", "steps": "40", "eval-interval": "10"}
	for i := 0; i < len(more); i += 2 {
		s[more[i]] = more[i+1]
	}
	return s
}

func TestSession(t *testing.T) {
	c := talk(t)
	for _, do := range []string{"step", "stopAt", "rewind", "rate", "show", "frame", "why", "heads", "complete", "verdict", "export"} {
		c.refused(do, nil, "nothing is configured yet")
	}
	state := ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": quick()})
	if state.Step != 0 || state.Steps != 40 || len(state.Points) != 1 || state.Points[0].HeldOut == nil || state.Corpus.Vocab != 14 ||
		state.Corpus.Unit != "words" || state.Corpus.HeldOutSentences != 4 || !state.CanTrain || len(state.Baselines) != 4 {
		t.Errorf("state %+v", state)
	}
	if want := quick(); !maps.Equal(state.Changed, want) {
		t.Errorf("changed %v, want %v", state.Changed, want)
	}
	if state.Command != "attend train --data small.txt --heads 2 --dim 16 --batch 8 --steps 40 --sample \"The lion likes the\" --eval-interval 10" || state.CommandFile != "small.txt" {
		t.Errorf("command %s of %s", state.Command, state.CommandFile)
	}
	m := state.Map
	if len(m.Tokens) != 5 || len(m.Attention) != 1 || len(m.Attention[0]) != 2 || len(m.NextAt) != 5 || len(m.Next) != mostNext {
		t.Errorf("map %+v", m)
	}
	p := ask[Progress](c, "step", object{"updates": 25, "milliseconds": 0})
	if p.Step != 25 || p.Stopped != "" || len(p.Points) != 5 || p.ShownStep != 25 { // 1, 2, 5, 10, 20
		t.Errorf("progress %+v", p)
	}
	p = ask[Progress](c, "step", object{"updates": 25})
	if p.Step != 40 || p.Stopped != "steps" || p.Points[len(p.Points)-1].Step != 40 || p.ShownStep != *p.SelectedStep {
		t.Errorf("progress %+v", p)
	}
	if again := ask[Progress](c, "step", object{"updates": 25}); again.Step != 40 || again.Stopped != "steps" || len(again.Points) != 0 {
		t.Errorf("progress after the end %+v", again)
	}
	for step, want := range map[int]int{-5: 0, 0: 0, 3: 2, 19: 10, 1000: 40} {
		if f := ask[FrameShown](c, "frame", object{"step": step}); f.Step != want || f.Map.Text != state.Sentence {
			t.Errorf("the frame of step %d is that of %d, want %d", step, f.Step, want)
		}
	}
	numbers := ask[Exported](c, "export", object{"what": "json"})
	if numbers.FileName != "small.json" || len(numbers.Base64) < 1000 {
		t.Errorf("%+v", numbers)
	}
}

// The sentence that is shown of a reader's text has something to predict and, where there is one, no unknown word.
func TestSentenceOfOwnText(t *testing.T) {
	var sums, verses strings.Builder
	for i := range 100 {
		fmt.Fprintf(&sums, "%d+%d=%d\n", i%10, i/10, i%10+i/10)
	}
	for _, line := range []string{"Up above the world so high.", "Twinkle, little star!", "How I wonder.", "Like a diamond in my sky."} {
		fmt.Fprintln(&verses, line)
	}
	for _, c := range []struct{ text, end string }{{sums.String(), "="}, {verses.String(), ""}} {
		s := talk(t)
		state := ask[State](s, "configure", object{"text": c.text, "settings": quick("holdout", "0.25")})
		sentence := state.Sentence
		if !strings.HasSuffix(sentence, c.end) || strings.Contains(c.text, sentence+"\n") || !strings.Contains(c.text, sentence) {
			t.Errorf("the sentence %q", sentence)
		}
		if last := sentence[len(sentence)-1]; last != '=' && strings.ContainsRune(".,!", rune(last)) {
			t.Errorf("the sentence %q ends with punctuation", sentence)
		}
		if slices.Contains(state.Map.Unknown, true) {
			t.Errorf("the sentence %q has unknown words: %q, %v", sentence, state.Map.Tokens, state.Map.Unknown)
		}
		for _, note := range state.Corpus.Notes {
			if strings.Contains(note, "--") {
				t.Errorf("a page has no flags: %s", note)
			}
		}
		if len(state.Corpus.Notes) == 0 {
			t.Error("no notes")
		}
	}
}

// A birth is reported once, at the first evaluation with the weight, and the frame of its step has it. How many updates a message asks
// for changes none of them.
func TestBirths(t *testing.T) {
	births := func(updates int) (all []Birth) {
		c := talk(t)
		frames := ask[State](c, "configure", object{"text": small(), "settings": quick("steps", "400", "lr", "0.02", "eval-interval", "40")}).Frames
		for step := 0; step < 400; {
			p := ask[Progress](c, "step", object{"updates": updates})
			step, all, frames = p.Step, append(all, p.Births...), append(frames, p.Frames...)
		}
		if want := []int{0, 1, 2, 5, 10, 20, 40, 50, 80}; len(frames) < 16 || !slices.Equal(frames[:len(want)], want) {
			t.Errorf("frames of the steps %v, want %v and so on", frames, want)
		}
		for _, b := range all {
			f := ask[FrameShown](c, "frame", object{"step": b.Step})
			if f.Step != b.Step || f.Map.Attention[b.Layer][b.Head][b.Query][b.Key] < bornAt {
				t.Errorf("the frame of step %d has not %+v", f.Step, b)
			}
		}
		return all
	}
	all := births(1)
	seen := map[[4]int]bool{}
	for _, b := range all {
		link := [4]int{b.Layer, b.Head, b.Query, b.Key}
		if seen[link] {
			t.Errorf("%+v is reported twice", b)
		}
		seen[link] = true
	}
	if len(all) == 0 {
		t.Error("no link was born")
	}
	for _, updates := range []int{7, 400} {
		if got := births(updates); !slices.Equal(got, all) {
			t.Errorf("by %d updates the births are %v, want %v", updates, got, all)
		}
	}
}

func TestDescribe(t *testing.T) {
	d := ask[Description](talk(t), "describe", nil)
	kinds := map[string]string{"layers": "integer", "lr": "number", "tied": "switch", "positions": "choice", "seed": "integer", "dropout": "number"}
	for _, setting := range d.Settings {
		if want, ok := kinds[setting.Name]; ok && setting.Kind != want {
			t.Errorf("%s is a %s, want %s", setting.Name, setting.Kind, want)
		}
		delete(kinds, setting.Name)
		if setting.Meaning == "" || setting.Group == "" || (setting.Kind == "choice") != (len(setting.Choices) > 0) || strings.Contains(setting.Meaning, "`") {
			t.Errorf("%+v", setting)
		}
		if setting.High != nil && (*setting.High <= *setting.Low || *setting.High > mostSteps) {
			t.Errorf("%s: %g to %g", setting.Name, *setting.Low, *setting.High)
		}
		if setting.Structural == (setting.Name == "lr" || setting.Name == "steps") {
			t.Errorf("%s: structural %t", setting.Name, setting.Structural)
		}
	}
	if len(kinds) > 0 || d.Version != version || d.Instructions == "" || len(d.Presets) != 5 {
		t.Errorf("missing %v, or %d presets", kinds, len(d.Presets))
	}
}

// Of a sentence longer than the context the page is shown the last words, and how many were left out.
func TestShowLongSentence(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"preset": "savanna", "settings": object{"steps": "1"}})
	const end = "the lion saw the zebra near the"
	whole, part := ask[Shown](c, "show", object{"sentence": strings.Repeat("the ", 60) + end}), ask[Shown](c, "show", object{"sentence": end}).Map
	m := whole.Map
	n, read := len(m.Tokens)-1, len(part.Tokens)-1 // without the boundary token
	if m.Omitted == 0 || m.Omitted+n != 60+read || part.Omitted != 0 || strings.Join(m.Tokens[n+1-read:], " ") != end {
		t.Errorf("%d omitted of a long sentence, %d of a short one, tokens %q", m.Omitted, part.Omitted, m.Tokens)
	}
	if why := ask[WhyResult](c, "why", object{"sentence": m.Text}); why.Omitted != m.Omitted {
		t.Errorf("why: %d omitted, want %d", why.Omitted, m.Omitted)
	}
}
