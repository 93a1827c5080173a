package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"attend/internal/printable"
)

// MaxTokenizerJSON is the largest size in bytes of a tokenizer.json file.
const MaxTokenizerJSON = 32e6

type object = map[string]any

// tokenizerJSON is the form of a tokenizer.json file, its fields in the order in
// which the tokenizers library writes them.
type tokenizerJSON struct {
	Version       string         `json:"version"`
	Truncation    any            `json:"truncation"`
	Padding       any            `json:"padding"`
	AddedTokens   any            `json:"added_tokens"`
	Normalizer    any            `json:"normalizer"`
	PreTokenizer  any            `json:"pre_tokenizer"`
	PostProcessor any            `json:"post_processor"`
	Decoder       any            `json:"decoder"`
	Model         tokenizerModel `json:"model"`
}

type tokenizerModel struct {
	Type    string          `json:"type"`
	Vocab   json.RawMessage `json:"vocab"`
	Merges  []string        `json:"merges,omitempty"` // of byte-pair encoding: two keys with a space between them
	Unknown string          `json:"unk_token,omitempty"`
}

// TokenizerJSON returns the vocabulary and the rules of [Tokenize] as a
// tokenizer.json file: Hugging Face's tokenizers library gives the same ids, with
// the boundary before the first word of a sentence. (That library alone reads the
// letters "<s>" and "<unk>" inside a text as the special tokens.) Equal
// vocabularies give equal bytes.
func (v *Vocabulary) TokenizerJSON() ([]byte, error) {
	const noVocab = `"vocab": {}`
	file := tokenizerForm(v.unit)
	file.Model.Vocab = json.RawMessage("{}")
	form, err := encodeJSON("tokenizer.json", file)
	if err != nil {
		return nil, err
	}
	before, after, _ := bytes.Cut(form, []byte(noVocab))
	var b bytes.Buffer
	b.Grow(len(form) + v.keys.text.Len() + 24*v.Len())
	b.Write(before)
	b.WriteString(noVocab[:len(noVocab)-1])
	e := jsonEncoder(&b)
	for id := range v.Len() {
		if id > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n      ")
		if err := e.Encode(v.Key(id)); err != nil {
			return nil, fmt.Errorf("writing tokenizer.json: %w", err)
		}
		b.Truncate(b.Len() - 1) // the line feed that ends every value
		fmt.Fprintf(&b, ": %d", id)
	}
	b.WriteString("\n    }")
	b.Write(after)
	return b.Bytes(), nil
}

// formBytes is more than all of tokenizer.json but the vocabulary takes.
const formBytes = 20e3

// checkFile returns an error if the tokenizer.json of a vocabulary would be too large to be read. frequent are the numbers of the keys
// in it, and counts how often the training text has each key.
func (n *numbering) checkFile(v *Vocabulary, frequent []uint32, counts []int, minCount int) error {
	const line = len(`      "": 1234567890,`) + 1                                // an id without its key
	if formBytes+float64(v.Len()*line+6*v.keys.text.Len()) <= MaxTokenizerJSON { // a byte takes six at most
		return nil
	}
	var b bytes.Buffer
	e := jsonEncoder(&b)
	total := formBytes
	frequent = slices.SortedFunc(slices.Values(frequent), func(a, b uint32) int { return counts[b] - counts[a] })
	fits := make([]float64, len(frequent)) // the bytes of the most frequent keys to this one
	for i, number := range frequent {
		b.Reset()
		if err := e.Encode(n.key(int(number))); err != nil {
			return fmt.Errorf("writing tokenizer.json: %w", err)
		}
		total += float64(b.Len() + line - len("\"\"\n"))
		fits[i] = total
	}
	if total <= MaxTokenizerJSON {
		return nil
	}
	kept := 0
	for kept < len(fits) && fits[kept] <= MaxTokenizerJSON {
		kept++
	}
	least := counts[frequent[kept]] + 1 // the least minimum count with which the file is not too large
	for kept > 0 && counts[frequent[kept-1]] < least {
		kept--
	}
	noun, advice := n.unit.Tokenizer.Noun(), ""
	if kept > 0 {
		advice = fmt.Sprintf("--min-count %d, which keeps %s", least, printable.Count(kept, noun))
	}
	if n.Layout.Sentences() {
		advice = strings.TrimPrefix(advice+", or --unit "+Char, ", or ")
	}
	return fmt.Errorf("%s: with --min-count %d the vocabulary has %s and its tokenizer.json %s, more than %s: choose %s",
		n.name, minCount, printable.Count(len(frequent), noun), printable.Size(total), printable.Size(MaxTokenizerJSON), advice)
}

// tokenizerForm is all of tokenizer.json but the vocabulary.
func tokenizerForm(u Unit) tokenizerJSON {
	added := []any{} // [] in the file without special tokens: the tokenizers library refuses null
	for id, token := range specials(u) {
		added = append(added, object{
			"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
		})
	}
	file := tokenizerJSON{
		Version:     "1.0",
		AddedTokens: added,
		Model:       tokenizerModel{Type: "WordLevel"},
	}
	if slices.Contains(specials(u), UnknownToken) {
		file.Model.Unknown = UnknownToken
	}
	if u.Layout.Sentences() {
		boundary := object{"SpecialToken": object{"id": BoundaryToken, "type_id": 0}}
		sequence := func(name string, typeID int) any {
			return object{"Sequence": object{"id": name, "type_id": typeID}}
		}
		file.PostProcessor = object{
			"type":   "TemplateProcessing",
			"single": []any{boundary, sequence("A", 0)},
			"pair":   []any{boundary, sequence("A", 0), sequence("B", 1)},
			"special_tokens": object{
				BoundaryToken: object{"id": BoundaryToken, "ids": []any{0}, "tokens": []any{BoundaryToken}},
			},
		}
	}
	u.Tokenizer.form(&file)
	return file
}

// sequence is a normalizer of several steps.
func sequence(steps ...any) any { return object{"type": "Sequence", "normalizers": steps} }

// replace is the normalizer that writes content where a text has the pattern, a "Regex" or a "String".
func replace(kind, pattern, content string) any {
	return object{"type": "Replace", "pattern": object{kind: pattern}, "content": content}
}

// matches is the pre-tokenizer whose tokens are the matches of an expression; what is between them is left out.
func matches(pattern string) any {
	return object{"type": "Split", "pattern": object{"Regex": pattern}, "behavior": "Removed", "invert": true}
}

// TokenizerConfigJSON returns the tokenizer_config.json for the folder of the
// vocabulary's tokenizer.json. With it, transformers' AutoTokenizer uses tokenizer.json
// unchanged. Without it, AutoTokenizer would build the tokenizer of GPT-2, the model type
// in config.json. Equal units give equal bytes.
func (v *Vocabulary) TokenizerConfigJSON() ([]byte, error) {
	config := struct {
		Class   string `json:"tokenizer_class"`
		Begin   string `json:"bos_token,omitempty"`
		End     string `json:"eos_token,omitempty"`
		Unknown string `json:"unk_token,omitempty"`
		CleanUp bool   `json:"clean_up_tokenization_spaces"` // no: decoding would move "lion ," to "lion,"
	}{Class: "PreTrainedTokenizerFast"}
	if _, ok := v.Unknown(); ok {
		config.Unknown = UnknownToken
	}
	if _, ok := v.Boundary(); ok {
		config.Begin, config.End = BoundaryToken, BoundaryToken
	}
	return encodeJSON("tokenizer_config.json", config)
}

// jsonEncoder returns an encoder without escapes for the < and > of special tokens.
func jsonEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// encodeJSON returns a value as an indented file.
func encodeJSON(name string, value any) ([]byte, error) {
	var b bytes.Buffer
	e := jsonEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// ParseTokenizerJSON reads what [Vocabulary.TokenizerJSON] wrote.
//
// It is an error when the file is too large, is not JSON, tokenizes otherwise than
// [Tokenize], or when its ids are not 0 to n-1, each once, with the special tokens
// first and every other key as Tokenize spells it.
func ParseTokenizerJSON(b []byte) (*Vocabulary, error) {
	if len(b) > MaxTokenizerJSON {
		return nil, fmt.Errorf("tokenizer.json has %d bytes, want at most %d", len(b), int(MaxTokenizerJSON))
	}
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("tokenizer.json is not UTF-8: want the file that a run wrote")
	}
	var file tokenizerJSON
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("tokenizer.json does not parse: %w", err)
	}
	if addsNothing(file.PostProcessor) {
		file.PostProcessor = nil
	}
	unit, err := file.unit()
	if err != nil {
		return nil, err
	}
	var ids map[string]int
	if err := json.Unmarshal(file.Model.Vocab, &ids); err != nil {
		return nil, fmt.Errorf("tokenizer.json does not parse: %w", err)
	}
	keys, err := keysByID(ids)
	if err != nil {
		return nil, err
	}
	if l, ok := unit.Tokenizer.(learner); ok {
		want := numbered(unit, slices.Values(l.keys()))
		if !slices.Equal(keys, want.keys.all()) {
			return nil, fmt.Errorf("tokenizer.json: its vocabulary is not that of its tokenizer: want the %d keys that its merges give", want.Len())
		}
		return want, nil
	}
	special := specials(unit)
	for id, token := range special {
		if id >= len(keys) || keys[id] != token {
			return nil, fmt.Errorf("tokenizer.json: id %d is not %q, the special token that belongs there", id, token)
		}
	}
	if len(keys) == len(special) {
		return nil, fmt.Errorf("tokenizer.json holds no %s besides the special tokens", unit.Tokenizer.Noun())
	}
	for _, key := range keys[len(special):] {
		if err := checkKey(unit.Tokenizer, key); err != nil {
			return nil, fmt.Errorf("tokenizer.json: %w", err)
		}
	}
	return numbered(unit, slices.Values(keys[len(special):])), nil
}

// unit returns the unit whose tokenizer.json the file is. Where there is none, the
// error names what differs from the one that is most like it.
func (f tokenizerJSON) unit() (Unit, error) {
	var different []string
	for i, unit := range units() {
		if l, ok := unit.Tokenizer.(learner); ok {
			if restored, ok := l.restore(f); ok {
				unit.Tokenizer = restored
			}
		}
		want := tokenizerForm(unit)
		parts := f.different(want)
		if len(parts) == 0 {
			return unit, nil
		}
		if earlier, ok := withoutLaterCapitals(want.Normalizer); ok {
			want.Normalizer = earlier
			if len(f.different(want)) == 0 {
				return unit, nil
			}
		}
		if i == 0 || len(parts) < len(different) {
			different = parts
		}
	}
	return Unit{}, fmt.Errorf("tokenizer.json: its %s is not the one that a run writes: want a tokenizer.json of this project", different[0])
}

// units returns the units in each case, those of earlier versions too.
func units() (all []Unit) {
	for _, u := range Units {
		for _, name := range append(Cases(), Former) {
			if t, ok := u.Choice.Tokenizer.inCase(name); ok {
				all = append(all, Unit{t, u.Choice.Layout, u.Choice.Meaning})
			}
		}
	}
	return all
}

// different names the parts that decide how a text becomes ids and are not as wanted.
func (f tokenizerJSON) different(want tokenizerJSON) (names []string) {
	for _, part := range []struct {
		name      string
		got, want any
	}{
		{"version", f.Version, want.Version},
		{"added_tokens", f.AddedTokens, want.AddedTokens},
		{"normalizer", f.Normalizer, want.Normalizer},
		{"pre_tokenizer", f.PreTokenizer, want.PreTokenizer},
		{"post_processor", f.PostProcessor, want.PostProcessor},
		{"model type", f.Model.Type, want.Model.Type},
		{"merges", f.Model.Merges, want.Model.Merges},
		{"unk_token", f.Model.Unknown, want.Model.Unknown},
	} {
		got, errGot := json.Marshal(part.got)
		want, errWant := json.Marshal(part.want)
		if errGot != nil || errWant != nil || !bytes.Equal(got, want) {
			names = append(names, part.name)
		}
	}
	return names
}

// addsNothing reports whether a post-processor adds no token, as the one that the newest transformers saves where a file has none.
func addsNothing(postProcessor any) bool {
	sequence := func(name string, typeID float64) any {
		return object{"Sequence": object{"id": name, "type_id": typeID}}
	}
	return reflect.DeepEqual(postProcessor, object{
		"type": "TemplateProcessing", "single": []any{sequence("A", 0)}, "pair": []any{sequence("A", 0), sequence("B", 1)},
		"special_tokens": object{},
	})
}

// keysByID returns the keys in the order of their ids. It is an error when these are
// not 0 to n-1, each once.
func keysByID(ids map[string]int) ([]string, error) {
	keys, taken := make([]string, len(ids)), make([]bool, len(ids))
	for key, id := range ids {
		if id < 0 || id >= len(keys) {
			return nil, fmt.Errorf("tokenizer.json: %s has the id %d, want ids 0 to %d", printable.Quote(key), id, len(keys)-1)
		}
		if taken[id] {
			return nil, fmt.Errorf("tokenizer.json: %s and %s share the id %d, want each id once",
				printable.Quote(keys[id]), printable.Quote(key), id)
		}
		keys[id], taken[id] = key, true
	}
	return keys, nil
}
