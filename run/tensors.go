package run

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"attend/internal/param"
	"attend/layers"
)

// Keys of the metadata in our safetensors files.
const (
	metaFormat   = "format"    // "pt": transformers refuses a file without it
	metaTensors  = "sha256"    // of all tensor bytes in the order of the file
	metaHeader   = "header"    // SHA-256 of the other metadata and the names and shapes
	metaStep     = "step"      // updates made
	metaConfig   = "config"    // SHA-256 of config.json
	metaWords    = "tokenizer" // SHA-256 of tokenizer.json
	metaSettings = "settings"  // SHA-256 of the settings that a run keeps
	metaData     = "data"      // SHA-256 of the text
)

// A header this long holds some 10,000 tensors; a longer one is an attack or damage.
const maxHeader = 1 << 20

// tensor is one array of float32 with its shape.
type tensor struct {
	shape []int
	data  []float32
}

// writeTensors writes a safetensors file of the tensors with checksums in its metadata.
func writeTensors(w io.Writer, tensors map[string]tensor, metadata map[string]string) error {
	views := map[string]safetensors.TensorView{}
	var content [][]byte
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t := tensors[name]
		b := make([]byte, 4*len(t.data))
		for i, x := range t.data {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
		}
		shape := make([]uint64, len(t.shape))
		for i, n := range t.shape {
			shape[i] = uint64(n)
		}
		view, err := safetensors.NewTensorView(safetensors.F32, shape, b)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", name, err)
		}
		views[name] = view
		content = append(content, b) // the library writes tensors of one type by name
	}
	all := maps.Clone(metadata)
	all[metaFormat] = "pt"
	all[metaTensors] = digest(content...)
	all[metaHeader] = headerDigest(all, tensors)
	return safetensors.SerializeToWriter(views, all, w)
}

// headerDigest covers what the digest of the tensor bytes does not: the other metadata
// and the names and shapes.
func headerDigest(metadata map[string]string, tensors map[string]tensor) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(metadata)) {
		if k != metaHeader {
			fmt.Fprintf(&b, "%q %q\n", k, metadata[k])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		fmt.Fprintf(&b, "%q %v\n", name, tensors[name].shape)
	}
	return digest([]byte(b.String()))
}

var errDamaged = errors.New("it is damaged: restore it from a copy or train again")

// decodeTensors reads what writeTensors wrote and checks both sums.
func decodeTensors(file []byte) (map[string]tensor, map[string]string, error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("%d bytes are no safetensors file; %w", len(file), errDamaged)
	}
	if n := binary.LittleEndian.Uint64(file); n > maxHeader || n > uint64(len(file)-8) {
		return nil, nil, fmt.Errorf("the header claims %d of %d bytes; %w", n, len(file), errDamaged)
	}
	n, header, err := safetensors.ReadMetadata(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	if err := uniqueKeys(json.NewDecoder(bytes.NewReader(file[8 : 8+n]))); err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	decoded, err := safetensors.Deserialize(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	metadata := header.Metadata()
	if digest(file[8+n:]) != metadata[metaTensors] {
		return nil, nil, fmt.Errorf("the numbers do not match their SHA-256; %w", errDamaged)
	}
	tensors := map[string]tensor{}
	for _, named := range decoded.Tensors() {
		view := named.TensorView
		if view.DType() != safetensors.F32 {
			return nil, nil, fmt.Errorf("tensor %s holds %v, not float32; %w", named.Name, view.DType(), errDamaged)
		}
		t := tensor{data: make([]float32, view.DataLen()/4)}
		for _, n := range view.Shape() {
			t.shape = append(t.shape, int(n))
		}
		for i := range t.data {
			t.data[i] = math.Float32frombits(binary.LittleEndian.Uint32(view.Data()[4*i:]))
		}
		tensors[named.Name] = t
	}
	if headerDigest(metadata, tensors) != metadata[metaHeader] {
		return nil, nil, fmt.Errorf("the header does not match its SHA-256; %w", errDamaged)
	}
	return tensors, metadata, nil
}

// uniqueKeys reads one JSON value and returns an error if an object in it has a key twice, which
// the format forbids and the library lets pass.
func uniqueKeys(d *json.Decoder) error {
	open, err := d.Token()
	if err != nil || (open != json.Delim('{') && open != json.Delim('[')) {
		return err
	}
	seen := map[json.Token]bool{}
	for d.More() {
		if open == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if seen[key] {
				return fmt.Errorf("the header has the key %q twice", key)
			}
			seen[key] = true
		}
		if err := uniqueKeys(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// fill copies tensors named prefix + name into the parameters of a set, which must be
// there in the right shapes.
func fill(set *param.Set, tensors map[string]tensor, prefix string) error {
	for _, p := range set.All() {
		t, ok := tensors[prefix+p.Name]
		if !ok {
			return fmt.Errorf("it lacks the tensor %s", prefix+p.Name)
		}
		if !slices.Equal(t.shape, p.Shape) {
			return fmt.Errorf("tensor %s has shape %v, the settings ask for %v", prefix+p.Name, t.shape, p.Shape)
		}
		copy(p.Data, t.data)
	}
	return nil
}

// finite returns a [layers.NotFiniteError] that names the first parameter with a number that is not finite.
func finite(set *param.Set) error {
	for _, p := range set.All() {
		for i, x := range p.Data {
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return &layers.NotFiniteError{Found: fmt.Sprintf("number %d of %s is %g", i, p.Name, x)}
			}
		}
	}
	return nil
}
