package data

import (
	"bytes"
	"encoding/json"
	"fmt"

	"attend/internal/printable"
)

// vocabMap is the vocabulary inside tokenizer.json: an object of key to id. It is
// written in the order of the ids.
type vocabMap struct {
	keys []string       // to write, by id
	ids  map[string]int // as read
}

// MarshalJSON implements [json.Marshaler].
func (m vocabMap) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for id, key := range m.keys {
		if id > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(key); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ":%d", id)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (m *vocabMap) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &m.ids)
}

// byID returns the keys in the order of their ids. It is an error when these are
// not 0 to n-1, each once.
func (m vocabMap) byID() ([]string, error) {
	keys, taken := make([]string, len(m.ids)), make([]bool, len(m.ids))
	for key, id := range m.ids {
		if id < 0 || id >= len(keys) {
			return nil, fmt.Errorf("tokenizer.json: %s has the id %d, want ids 0 to %d", printable.Quote(key), id, len(keys)-1)
		}
		if taken[id] {
			return nil, fmt.Errorf("tokenizer.json: %s and %s share the id %d, want each id once", printable.Quote(keys[id]), printable.Quote(key), id)
		}
		keys[id], taken[id] = key, true
	}
	return keys, nil
}
