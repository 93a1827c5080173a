package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

const (
	// wordPattern and charPattern are the expressions of Tokenize as Hugging Face's
	// tokenizers library reads them, where \s is any white space of Unicode.
	wordPattern = `[\p{L}\p{M}\p{N}]+(?:['’\-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]`
	charPattern = `[\s\S]`

	maxTokenizerJSON = 256 << 20 // bytes
)

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
	Type    string   `json:"type"`
	Vocab   vocabMap `json:"vocab"`
	Unknown string   `json:"unk_token"`
}

// TokenizerJSON returns the vocabulary and the rules of [Tokenize] as a
// tokenizer.json file: Hugging Face's tokenizers library gives the same ids, with
// the boundary before the first word of a sentence. (That library alone reads the
// letters "<s>" and "<unk>" inside a text as the special tokens.) Equal
// vocabularies give equal bytes.
func (v *Vocabulary) TokenizerJSON() ([]byte, error) {
	file := tokenizerForm(v.unit)
	file.Model.Vocab.keys = v.keys
	return encodeJSON("tokenizer.json", file)
}

// tokenizerForm is all of tokenizer.json but the vocabulary.
func tokenizerForm(unit Unit) tokenizerJSON {
	var added []any
	for id, token := range unit.specials() {
		added = append(added, object{
			"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
		})
	}
	file := tokenizerJSON{
		Version:     "1.0",
		AddedTokens: added,
		Normalizer:  object{"type": "Replace", "pattern": object{"String": "\r\n"}, "content": "\n"},
		PreTokenizer: object{
			"type": "Split", "pattern": object{"Regex": charPattern}, "behavior": "Isolated", "invert": false,
		},
		Model: tokenizerModel{Type: "WordLevel", Unknown: UnknownToken},
	}
	if unit == Char {
		file.Decoder = object{"type": "Fuse"} // without it the library joins tokens with spaces
		return file
	}
	file.Normalizer = object{
		"type": "Sequence", "normalizers": []any{object{"type": "Lowercase"}, object{"type": "NFC"}},
	}
	file.PreTokenizer = object{
		"type": "Split", "pattern": object{"Regex": wordPattern}, "behavior": "Removed", "invert": true,
	}
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
	return file
}

// TokenizerConfigJSON returns the tokenizer_config.json that belongs beside the
// vocabulary's tokenizer.json: with it, transformers' AutoTokenizer reads that file
// as it stands, where it would else build the tokenizer of GPT-2, which is what
// config.json names. Units that are equal give equal bytes.
func (v *Vocabulary) TokenizerConfigJSON() ([]byte, error) {
	config := struct {
		Class   string `json:"tokenizer_class"`
		Begin   string `json:"bos_token,omitempty"`
		End     string `json:"eos_token,omitempty"`
		Unknown string `json:"unk_token"`
		CleanUp bool   `json:"clean_up_tokenization_spaces"` // no: decoding would move "lion ," to "lion,"
	}{Class: "PreTrainedTokenizerFast", Unknown: UnknownToken}
	if _, ok := v.Boundary(); ok {
		config.Begin, config.End = BoundaryToken, BoundaryToken
	}
	return encodeJSON("tokenizer_config.json", config)
}

// encodeJSON returns a value as an indented file in which the special tokens stand
// as they are spelled.
func encodeJSON(name string, value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
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
// at their places and every other key as Tokenize spells it.
func ParseTokenizerJSON(b []byte) (*Vocabulary, error) {
	if len(b) > maxTokenizerJSON {
		return nil, fmt.Errorf("tokenizer.json has %d bytes, want at most %d", len(b), maxTokenizerJSON)
	}
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("tokenizer.json is not UTF-8: want the file that a run wrote")
	}
	var file tokenizerJSON
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fmt.Errorf("tokenizer.json does not parse: %w", err)
	}
	unit := Word
	if samePart(file.PreTokenizer, tokenizerForm(Char).PreTokenizer) {
		unit = Char
	}
	if err := file.checkForm(tokenizerForm(unit)); err != nil {
		return nil, err
	}
	keys, err := file.Model.Vocab.byID()
	if err != nil {
		return nil, err
	}
	specials := unit.specials()
	for id, special := range specials {
		if id >= len(keys) || keys[id] != special {
			return nil, fmt.Errorf("tokenizer.json: id %d is not %q, the special token that belongs there", id, special)
		}
	}
	if len(keys) == len(specials) {
		return nil, fmt.Errorf("tokenizer.json holds no %s beside the special tokens", unit)
	}
	for _, key := range keys[len(specials):] {
		if err := unit.checkKey(key); err != nil {
			return nil, fmt.Errorf("tokenizer.json: %w", err)
		}
	}
	return indexed(unit, keys), nil
}

// checkForm compares the parts that decide how a text becomes ids.
func (f tokenizerJSON) checkForm(want tokenizerJSON) error {
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
		{"unk_token", f.Model.Unknown, want.Model.Unknown},
	} {
		if !samePart(part.got, part.want) {
			return fmt.Errorf("tokenizer.json: its %s is not the one that a run writes: want a tokenizer.json of this project", part.name)
		}
	}
	return nil
}

// samePart compares a decoded part of the file with the one to be written.
func samePart(got, want any) bool {
	b, err := json.Marshal(want)
	if err != nil {
		return false
	}
	var decoded any
	if err := json.Unmarshal(b, &decoded); err != nil {
		return false
	}
	return reflect.DeepEqual(got, decoded)
}
