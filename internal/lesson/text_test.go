package lesson

import (
	"bytes"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/render/text"
)

func textOf(t *testing.T, part Part, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, part, text.Options{Width: width}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A command that is too long goes on behind a backslash; a flag stays with its value and a quoted word whole.
func TestCommandsAreFoldedAsAShellTakesThem(t *testing.T) {
	p := Try{{`attend why --run runs/lesson "The lions are" --position 6`, "why?"}}
	for width, want := range map[int]string{
		80: "To try:\n\n  # why?\n  attend why --run runs/lesson \"The lions are\" --position 6\n",
		60: "To try:\n\n  # why?\n  attend why --run runs/lesson \"The lions are\" --position 6\n",
		55: "To try:\n\n  # why?\n  attend why --run runs/lesson \"The lions are\" \\\n      --position 6\n",
		34: "To try:\n\n  # why?\n  attend why --run runs/lesson \\\n      \"The lions are\" --position 6\n",
		24: "To try:\n\n  # why?\n  attend why \\\n      --run runs/lesson \\\n      \"The lions are\" \\\n      --position 6\n",
	} {
		if got := textOf(t, p, width); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}

// A table that is too wide first breaks its headings, then becomes a list.
func TestATableOnANarrowTerminal(t *testing.T) {
	table := Table{Caption: "Losses", Head: []string{"model", "loss as trained"}, Words: 1, Rows: [][]string{{"with the mask", "1.52"}, {"a\x1bb", ""}}}
	for width, want := range map[int]string{
		40: "Losses\nmodel          loss as trained\nwith the mask             1.52\na␛b\n",
		24: "Losses\nmodel          loss as\n               trained\nwith the mask     1.52\na␛b\n",
		20: "Losses\nmodel with the mask\n  loss as trained\n  1.52\nmodel a␛b\n",
	} {
		if got := textOf(t, table, width); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}

func TestAQuestionComesWithoutItsAnswer(t *testing.T) {
	q := Question{Ask: "Which?", Choices: []Choice{{"this", "It is not so."}, {"that", "It is so."}}, Right: 1}
	if got, want := textOf(t, q, 80), "Question: Which?\n  a) this\n  b) that\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for chosen, want := range map[int]string{
		-1: "\x1b[1mAnswer: b) \x1b[mthat. It is so.\n", 1: "\x1b[1mRight. Answer: b) \x1b[mthat. It is so.\n",
		0: "\x1b[1mNo. \x1b[mIt is not so.\n\n\x1b[1mAnswer: b) \x1b[mthat. It is so.\n",
	} {
		var b bytes.Buffer
		if err := Text(&b, Answer{q, chosen}, text.Options{Width: 80, Color: colorprofile.ANSI}); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); got != want {
			t.Errorf("chosen %d: got %q, want %q", chosen, got, want)
		}
	}
}
