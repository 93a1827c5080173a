package render

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// The sentence of the manual stays in one piece on an ordinary terminal.
func TestGridLionFits(t *testing.T) {
	for p := colorprofile.Unknown; p <= colorprofile.TrueColor; p++ {
		var b bytes.Buffer
		if err := Grid(&b, lion(), TextOptions{Layer: -1, Head: -1, Color: p}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "keys") {
			t.Errorf("%v: folded at 80 columns", p)
		}
		if p <= colorprofile.ASCII && strings.Contains(b.String(), "\x1b") {
			t.Errorf("%v: escape sequences", p)
		}
		if p > colorprofile.ASCII && !strings.Contains(b.String(), "\x1b[") {
			t.Errorf("%v: no escape sequences", p)
		}
	}
}

// A folded grid shows every weight that a query can see, once.
func TestGridFoldsWithoutLoss(t *testing.T) {
	m := made("", make([]string, 23), 1, 1)
	for i := range m.Tokens {
		m.Tokens[i] = string(rune('a' + i))
	}
	for _, width := range []int{24, 31, 50, 80, 300} {
		for _, color := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.TrueColor} {
			var b bytes.Buffer
			if err := Grid(&b, m, TextOptions{Width: width, Color: color}); err != nil {
				t.Fatal(err)
			}
			text, _, _ := strings.Cut(ansi.Strip(b.String()), "rows look")
			numbers := 0
			for _, field := range strings.Fields(text) {
				field = strings.TrimLeft(field, "░▒▓█")
				if strings.HasPrefix(field, ".") || field == "1.0" {
					numbers++
				}
			}
			if want := 23 * 24 / 2; numbers != want {
				t.Errorf("width %d, %v: %d weights, want %d", width, color, numbers, want)
			}
		}
	}
}

func TestGridUnknown(t *testing.T) {
	m := lion()
	var b bytes.Buffer
	if err := Grid(&b, m, TextOptions{}); err != nil || strings.Contains(b.String(), "?") {
		t.Errorf("error %v, a question mark where all is known:\n%s", err, &b)
	}
	m.Unknown = make([]bool, 8)
	m.Unknown[5] = true
	b.Reset()
	if err := Grid(&b, m, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "zebra?"); n != 2 || !strings.Contains(b.String(), note) {
		t.Errorf("zebra? %d times, want 2 and a note:\n%s", n, &b)
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriterErrors(t *testing.T) {
	m, o := lion(), TextOptions{}
	for name, err := range map[string]error{
		"Grid": Grid(broken{}, m, o), "Story": Story(broken{}, m, o, 3),
		"Predictions": Predictions(broken{}, m.Next, o),
		"JSON":        JSON(broken{}, "", 0, []Map{m}), "CSV": CSV(broken{}, []Map{m}),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v, want that of the writer", name, err)
		}
	}
}
