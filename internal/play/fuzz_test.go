package play

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Whatever two messages hold, each has one reply of one line, and the session answers afterwards.
func FuzzHandle(f *testing.F) {
	f.Fuzz(func(t *testing.T, first, second []byte) {
		c := talk(t)
		c.session.longest = 20 * time.Millisecond
		ask[State](c, "configure", object{"text": small(), "settings": quick("dim", "8", "heads", "2")})
		for _, message := range [][]byte{first, second} {
			if len(message) > 1<<16 {
				t.Skip()
			}
			out := c.session.Handle(message)
			var reply map[string]json.RawMessage
			if err := json.Unmarshal(out, &reply); err != nil {
				t.Fatalf("%q: %v", out, err)
			}
			_, result := reply["result"]
			_, problem := reply["error"]
			var line string
			if problem {
				if err := json.Unmarshal(reply["error"], &line); err != nil {
					t.Fatalf("%q: %v", out, err)
				}
			}
			if reply["id"] == nil || result == problem || strings.Contains(line, "\n") || strings.HasPrefix(line, faultText) {
				t.Fatalf("%q", out)
			}
		}
		state := ask[State](c, "configure", object{"text": small(), "settings": quick()})
		if p := ask[Progress](c, "step", object{"updates": 1}); p.Step != 1 || state.Step != 0 {
			t.Fatalf("%+v", p)
		}
	})
}
