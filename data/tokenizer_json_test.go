package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func tokenizerBytes(t interface {
	Helper()
	Fatal(...any)
}, v *Vocabulary) []byte {
	t.Helper()
	b, err := v.TokenizerJSON()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTokenizerJSONComesBack(t *testing.T) {
	for _, text := range []string{"\u0301\u094d\u200cم", "a\u200c\u0301\u200cم", "\u094d\u200c\u094d\u0338"} { // a mark comes to stand beside a joiner
		v := load(t, text+"\n"+text+" "+text+"\n", Options{Unit: Word, MinCount: 1, By: ByTokens}).Vocabulary
		if got, err := ParseTokenizerJSON(tokenizerBytes(t, v)); err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%+q came back as %v, %v", text, got, err)
		}
	}
	for _, unit := range units() {
		t.Run(fmt.Sprintf("%T%+v", unit.Tokenizer, unit.Tokenizer), rapid.MakeCheck(func(t *rapid.T) {
			text := strings.ReplaceAll(rapid.String().Draw(t, "text"), "\x00", "") + "<\"\\\u2028 " +
				rapid.StringOf(rapid.SampledFrom(alphabet)).Draw(t, "more")
			tokens, err := tokenize(unit.Tokenizer, text)
			if err != nil {
				t.Fatal(err)
			}
			v, err := countedVocabulary(unit, tokens, 1)
			if err != nil {
				t.Fatal(err)
			}
			b := tokenizerBytes(t, v)
			got, err := ParseTokenizerJSON(b)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, v) {
				t.Fatalf("%q came back as %q", v.keys.all(), got.keys.all())
			}
			if !bytes.Equal(tokenizerBytes(t, got), b) {
				t.Fatal("written again, the bytes differ")
			}
		}))
	}
}

// The case is that of the file: with capitals there is no Lowercase, and keys have them.
func TestTokenizerJSONHasTheCase(t *testing.T) {
	for _, c := range []struct{ unit, of, key string }{{Word, Lower, "ab"}, {Word, Keep, "Ab"}, {Char, Lower, "a"}, {Char, Keep, "A"}} {
		corpus, err := Load("text", strings.NewReader("Ab\nAb\n"), Options{Unit: c.unit, Case: c.of, MinCount: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		b := string(tokenizerBytes(t, corpus.Vocabulary))
		if got, want := strings.Contains(b, "Lowercase"), c.of == Lower; got != want {
			t.Errorf("%s, %s: has Lowercase %v, want %v", c.unit, c.of, got, want)
		}
		if _, known := corpus.Vocabulary.ID(c.key); !known || corpus.Vocabulary.Tokenizer().FoldsCase() != (c.of == Lower) {
			t.Errorf("%s, %s: keys %q", c.unit, c.of, corpus.Vocabulary.keys.all())
		}
		if c.of == Keep {
			continue
		}
		if _, err := ParseTokenizerJSON([]byte(strings.Replace(b, `"ab"`, `"Ab"`, 1))); c.unit == Word && err == nil {
			t.Errorf("%s, %s: a key with a capital is read", c.unit, c.of)
		}
	}
}

// Older runs of characters have no decoder in tokenizer.json.
func TestParseTokenizerJSONWithoutDecoder(t *testing.T) {
	v := vocabularyOf(t, Char, 1, "ab")
	b := string(tokenizerBytes(t, v))
	older := strings.Replace(b, `"decoder": {
    "type": "Fuse"
  }`, `"decoder": null`, 1)
	if older == b {
		t.Fatalf("no decoder in\n%s", b)
	}
	if got, err := ParseTokenizerJSON([]byte(older)); err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("got %v, %v, want %v", got, err, v)
	}
}

// Runs of earlier versions have no steps for the capitals of Unicode 16 and 17 in tokenizer.json.
func TestParseTokenizerJSONWithoutLaterCapitals(t *testing.T) {
	for _, unit := range []string{Word, Char} {
		u, err := Units.Find("unit", unit)
		if err != nil {
			t.Fatal(err)
		}
		lower, _ := u.Tokenizer.inCase(Lower)
		v := numbered(Unit{lower, u.Layout, u.Meaning}, slices.Values([]string{"a"}))
		file := tokenizerForm(v.unit)
		earlier, ok := withoutLaterCapitals(file.Normalizer)
		if steps := earlier.(object)["normalizers"].([]any); !ok || strings.Contains(fmt.Sprint(steps), "\U00010d50") || !strings.Contains(fmt.Sprint(steps), "Lowercase") {
			t.Fatalf("%s: the earlier steps are %v", unit, steps)
		}
		file.Normalizer = earlier
		file.Model.Vocab = json.RawMessage(map[string]string{Word: `{"<s>":0,"<unk>":1,"a":2}`, Char: `{"<unk>":0,"a":1}`}[unit])
		b, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseTokenizerJSON(b); err != nil || !reflect.DeepEqual(got.keys.all(), v.keys.all()) {
			t.Errorf("%s: %v, error %v", unit, got, err)
		}
	}
}

// A file that the newest transformers saved again is read: it has a post-processor, which for characters adds nothing.
func TestParseTokenizerJSONSavedAgain(t *testing.T) {
	const template = `"post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}],
		"pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {}}`
	v := vocabularyOf(t, Char, 1, "ab")
	saved := strings.Replace(string(tokenizerBytes(t, v)), `"post_processor": null`, template, 1)
	if !strings.Contains(saved, template) {
		t.Fatalf("another post-processor in\n%s", saved)
	}
	if got, err := ParseTokenizerJSON([]byte(saved)); err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("got %v, %v, want %v", got, err, v)
	}
	adding := strings.Replace(saved, `"single": [`, `"single": [{"SpecialToken": {"id": "a", "type_id": 0}}, `, 1)
	if _, err := ParseTokenizerJSON([]byte(adding)); err == nil || !strings.Contains(err.Error(), "post_processor") {
		t.Errorf("one that adds a token: %v", err)
	}
}

func TestTokenizerConfigJSON(t *testing.T) {
	for unit, want := range map[string]string{
		Word: `{
  "tokenizer_class": "PreTrainedTokenizerFast",
  "bos_token": "<s>",
  "eos_token": "<s>",
  "unk_token": "<unk>",
  "clean_up_tokenization_spaces": false
}
`,
		Char: `{
  "tokenizer_class": "PreTrainedTokenizerFast",
  "unk_token": "<unk>",
  "clean_up_tokenization_spaces": false
}
`,
	} {
		if got, err := vocabularyOf(t, unit, 1, "ab").TokenizerConfigJSON(); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", unit, got, err, want)
		}
	}
}

func TestParseTokenizerJSONErrors(t *testing.T) {
	word := string(tokenizerBytes(t, vocabularyOf(t, Word, 1, "a b")))
	char := string(tokenizerBytes(t, vocabularyOf(t, Char, 1, "ab")))
	for _, c := range []struct{ file, old, new, want string }{
		{word, `"version": "1.0"`, `"version": "2.0"`, `its version is not the one`},
		{word, `"Lowercase"`, `"Uppercase"`, `its normalizer is not the one`},
		{word, `"Removed"`, `"Isolated"`, `its pre_tokenizer is not the one`},
		{word, `"TemplateProcessing"`, `"Other"`, `its post_processor is not the one`},
		{word, `"special": true`, `"special": false`, `its added_tokens is not the one`},
		{word, `"WordLevel"`, `"BPE"`, `its model type is not the one`},
		{word, `"unk_token": "<unk>"`, `"unk_token": "a"`, `its unk_token is not the one`},
		{word, `"a": 2`, `"a": 3`, `share the id 3, want each id once`},
		{word, `"b": 3`, `"b": 4`, `"b" has the id 4, want ids 0 to 3`},
		{word, `"b": 3`, `"b": -1`, `"b" has the id -1, want ids 0 to 3`},
		{word, `"b": 3`, `"b": 3.5`, `does not parse`},
		{word, `"b": 3`, `"a": 3`, `"a" has the id 3, want ids 0 to 2`},
		{word, `"b": 3`, `"B": 3`, `"B" is not one word in the spelling of a vocabulary: want a key that Tokenize gives`},
		{word, `"b": 3`, `"<b>": 3`, `"<b>" is not one word`},
		{word, `"b": 3`, `" b": 3`, `is not one word`},
		{word, `"b": 3`, `"b c": 3`, `"b c" is not one word`},
		{word, `"b": 3`, `"": 3`, `"" is not one word`},
		{word, `"b": 3`, `"\u0000": 3`, `byte 0 is NUL`},
		{word, `"<s>": 0`, `"c": 0`, `id 0 is not "<s>"`},
		{word, `"<unk>": 1`, `"c": 1`, `id 1 is not "<unk>"`},
		{word, `"b": 3`, "\"\xff\": 3", `is not UTF-8`},
		{word, "{", "[", `does not parse`},
		{char, `"b": 2`, `"bb": 2`, `"bb" is not one character`},
		{char, `"<unk>": 0`, `"c": 0`, `id 0 is not "<unk>"`},
		{char, ",\n      \"a\": 1,\n      \"b\": 2", ``, `holds no character besides the special tokens`},
		{char, char, `{}`, `its version is not the one`},
		{char, char, `null`, `its version is not the one`},
		{char, char, ``, `does not parse`},
	} {
		if !strings.Contains(c.file, c.old) {
			t.Fatalf("%q is not in the file:\n%s", c.old, c.file)
		}
		_, err := ParseTokenizerJSON([]byte(strings.Replace(c.file, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: got %v, want %s", c.new, c.old, err, c.want)
		}
	}
	if _, err := ParseTokenizerJSON(make([]byte, MaxTokenizerJSON+1)); err == nil || !strings.Contains(err.Error(), "want at most") {
		t.Errorf("too large: %v", err)
	}
}

func FuzzParseTokenizerJSON(f *testing.F) {
	for unit, text := range map[string]string{Word: "The lion's \"den\"", Char: "a\n\"é"} {
		f.Add(tokenizerBytes(f, vocabularyOf(f, unit, 1, text)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseTokenizerJSON(b)
		if err != nil {
			return
		}
		again, err := ParseTokenizerJSON(tokenizerBytes(t, v))
		if err != nil || !reflect.DeepEqual(again, v) {
			t.Fatalf("%q came back as %v (%v)", v.keys.all(), again, err)
		}
	})
}

// What tokenizer.json has beside the vocabulary is less than what is reserved for it.
func TestTokenizerFormIsSmall(t *testing.T) {
	for _, unit := range units() {
		b, err := encodeJSON("tokenizer.json", tokenizerForm(unit))
		if err != nil || len(b) > formBytes {
			t.Errorf("%T has %d bytes, %v, want at most %d", unit.Tokenizer, len(b), err, int(formBytes))
		}
	}
}
