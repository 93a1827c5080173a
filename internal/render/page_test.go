package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// parsed is what a browser makes of a page, as far as it must be the same whatever the words are.
type parsed struct {
	tags   []string // of all elements, in order
	policy string
	title  string
	style  string
	script string
	data   pageData
}

// parse reads a page and tells what is wrong with it, if anything.
func parse(page []byte) (parsed, error) {
	var p parsed
	if !utf8.Valid(page) {
		return p, errors.New("not UTF-8")
	}
	for _, r := range string(page) {
		if r != '\n' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\u202e' {
			return p, fmt.Errorf("%U stands in the page", r)
		}
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return p, err
	}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			return p, fmt.Errorf("a comment %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		p.tags = append(p.tags, n.Data)
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				return p, fmt.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		content := ""
		if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
			content = n.FirstChild.Data
		}
		switch {
		case n.Data == "title" && n.Namespace == "":
			p.title = content
		case n.Data == "style":
			p.style = content
		case n.Data == "meta" && attributes["http-equiv"] != "":
			p.policy = attributes["content"]
		case n.Data == "script" && attributes["id"] == "data":
			if err := json.Unmarshal([]byte(content), &p.data); err != nil {
				return p, fmt.Errorf("the data: %w", err)
			}
		case n.Data == "script":
			p.script = content
		}
	}
	return p, nil
}

// pageOf writes and parses a page, whose elements must be those of any other of its kind.
func pageOf(t *rapid.T, write func(b *bytes.Buffer) error, like []string) parsed {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.tags, like) {
		t.Fatalf("the words changed the elements: %v, want %v", p.tags, like)
	}
	return p
}

// tagsOf are the elements of a page of plain words.
func tagsOf(t *testing.T, write func(b *bytes.Buffer) error) []string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return p.tags
}

// same compares the numbers of a page with those they come from.
func same(t *rapid.T, what string, got floats, want []float32) {
	t.Helper()
	if len(got) != 4*len(want) {
		t.Fatalf("%s: %d bytes for %d numbers", what, len(got), len(want))
	}
	for i, w := range want {
		if g := math.Float32frombits(binary.LittleEndian.Uint32(got[4*i:])); g != w {
			t.Fatalf("%s: number %d is %v, want %v", what, i, g, w)
		}
	}
}

// weightsIn strings together what a head sees, [layer][head][query][key up to the query].
func weightsIn(attention [][][][]float32) []float32 {
	var list []float32
	for _, heads := range attention {
		for _, rows := range heads {
			for q, row := range rows {
				list = append(list, row[:q+1]...)
			}
		}
	}
	return list
}

func vectorsIn(vectors [][][][]float32) []float32 {
	var list []float32
	for _, heads := range vectors {
		for _, places := range heads {
			list = append(list, slices.Concat(places...)...)
		}
	}
	return list
}

// The policy names the very style and script of the page, and nothing else may load.
func TestHTMLPolicy(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, Source{"runs/lion", 1}, []Map{lion()}); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(p.style) + "; script-src " + hash(p.script) + "; base-uri 'none'; form-action 'none'"
	if p.policy != want {
		t.Errorf("the policy is\n%s\nwant\n%s", p.policy, want)
	}
	for _, word := range []string{"http", "innerHTML", "eval(", "import("} {
		if rest := strings.ReplaceAll(p.script, "http://www.w3.org/2000/svg", ""); strings.Contains(rest, word) || strings.Contains(p.style, "url(") {
			t.Errorf("the page says %q", word)
		}
	}
}
