package play

import (
	"encoding/json"
	"fmt"
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
	if reply.ID != c.id || (reply.Result == nil) == (reply.Error == "") || strings.Contains(reply.Error, "\n") {
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
		c.t.Errorf("%s %v: result %.200s, want an error", do, fields, result)
	}
	for _, part := range parts {
		if !strings.Contains(problem, part) {
			c.t.Errorf("%s %v: error %q, want it with %q", do, fields, problem, part)
		}
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

func TestTrain(t *testing.T) {
	c := talk(t)
	state := ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": quick()})
	if state.Step != 0 || state.Steps != 40 || len(state.Points) != 1 || state.Corpus.Vocab != 14 || !state.CanTrain {
		t.Errorf("state %+v", state)
	}
	p := ask[Progress](c, "step", object{"updates": 25, "milliseconds": 0})
	if p.Step != 25 || p.Stopped != "" || len(p.Points) != 5 { // 1, 2, 5, 10, 20
		t.Errorf("progress %+v", p)
	}
	p = ask[Progress](c, "step", object{"updates": 25})
	if p.Step != 40 || p.Stopped != "steps" || p.Points[len(p.Points)-1].Step != 40 {
		t.Errorf("progress %+v", p)
	}
	fmt.Println(state.Command, state.Changed, p.Loss)
}
