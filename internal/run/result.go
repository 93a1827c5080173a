package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"attend/internal/file"
)

// resultJSON is the content of result.json. Its checksum is that of the result and of the checkpoint that it is of.
type resultJSON struct {
	Result json.RawMessage `json:"result"`
	Sum    string          `json:"sum"`
}

// SaveResult writes result.json: the result of the training, as JSON. It belongs to the last checkpoint, see [Run.Result].
func (t *Training) SaveResult(result any) error {
	content, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if err := t.checkPresent(); err != nil {
		return err
	}
	b, err := json.Marshal(resultJSON{content, t.resultSum(content)})
	if err == nil {
		err = file.Replace(t.at(resultFile), file.Bytes(append(b, '\n')))
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", t.shown(resultFile), file.Cause(err))
	}
	return nil
}

// resultSum returns the checksum of a result of the last checkpoint.
func (r *Run) resultSum(content []byte) string {
	return digest([]byte(resultFile), []byte(r.firstHash(resultFile)), []byte(r.chainHashes[metricsFile]), content)
}

// result reads the content of result.json into a value and reports whether there is one of the last checkpoint. A training that
// was killed, or that has gone on since, has none. Where state.safetensors was removed, nothing says of which checkpoint the
// result is: it is read as it is, since no training can have gone on.
func (r *Run) result(f *folder, into any) (bool, error) {
	b, err := f.read(resultFile)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var read resultJSON
	if err := json.Unmarshal(b, &read); err != nil {
		return false, f.fileError(resultFile, errDamaged)
	}
	var content bytes.Buffer
	if err := json.Compact(&content, read.Result); err != nil || r.chainHashes != nil && read.Sum != r.resultSum(content.Bytes()) {
		return false, nil
	}
	if err := json.Unmarshal(read.Result, into); err != nil {
		return false, f.fileError(resultFile, errDamaged)
	}
	return true, nil
}
