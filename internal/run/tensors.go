package run

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/param"
	"attend/internal/printable"
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
	metaMetrics  = "metrics"   // link of metrics.jsonl at the checkpoint
	metaFilm     = "film"      // link of film.jsonl at the checkpoint
)

// A header this long holds some 10,000 tensors; a longer one is an attack or damage.
const maxHeader = 1 << 20

// tensorView is a tensor as it is written. The bytes are made when they are asked for, in one buffer for all tensors
// of a file, so that a checkpoint needs no copy of the model.
type tensorView struct {
	of     hf.Tensor
	buffer *[]byte
}

func (v tensorView) DType() safetensors.DType { return safetensors.F32 }

func (v tensorView) Shape() []uint64 {
	shape := make([]uint64, len(v.of.Shape))
	for i, n := range v.of.Shape {
		shape[i] = uint64(n)
	}
	return shape
}

func (v tensorView) DataLen() uint64 { return 4 * uint64(len(v.of.Data)) }

// Data returns the numbers in little-endian order, until the next call for a tensor of the file.
func (v tensorView) Data() []byte {
	b := slices.Grow((*v.buffer)[:0], 4*len(v.of.Data))[:4*len(v.of.Data)]
	for i, x := range v.of.Data {
		binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
	}
	*v.buffer = b
	return b
}

// writeTensors writes a safetensors file of the tensors with checksums in its metadata.
func writeTensors(w io.Writer, tensors map[string]hf.Tensor, metadata map[string]string) error {
	views, buffer := map[string]tensorView{}, new([]byte)
	content := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tensors)) { // the library writes tensors of one type by name
		views[name] = tensorView{tensors[name], buffer}
		content.Write(views[name].Data())
	}
	all := maps.Clone(metadata)
	all[metaFormat] = "pt"
	all[metaTensors] = hex.EncodeToString(content.Sum(nil))
	all[metaHeader] = headerDigest(all, tensors)
	return safetensors.SerializeToWriter(views, all, w)
}

// headerDigest covers what the digest of the tensor bytes does not: the other metadata
// and the names and shapes.
func headerDigest(metadata map[string]string, tensors map[string]hf.Tensor) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(metadata)) {
		if k != metaHeader {
			fmt.Fprintf(&b, "%q %q\n", k, metadata[k])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		fmt.Fprintf(&b, "%q %v\n", name, tensors[name].Shape)
	}
	return digest([]byte(b.String()))
}

// digest returns the SHA-256 of the parts in hexadecimal.
func digest(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

var errDamaged = errors.New("it is damaged: restore it from a copy or train again")

// tensorsFile is a safetensors file of which the header is read.
type tensorsFile struct {
	*os.File
	size     int64
	header   int64             // bytes before the numbers
	metadata map[string]string // agrees with its checksum
}

// openTensors opens a safetensors file in a folder and reads its header. Nothing is allocated by what the header
// claims.
func openTensors(folder file.Folder, name string) (*tensorsFile, error) {
	f, err := file.OpenIn(folder, name, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	t := &tensorsFile{File: f}
	if err := t.readHeader(); err != nil {
		f.Close()
		return nil, err
	}
	return t, nil
}

func (t *tensorsFile) readHeader() error {
	info, err := t.Stat()
	if err != nil {
		return err
	}
	t.size = info.Size()
	if t.size < 8 {
		return fmt.Errorf("%d bytes are no safetensors file; %w", t.size, errDamaged)
	}
	length := make([]byte, 8)
	if _, err := t.ReadAt(length, 0); err != nil {
		return err
	}
	n, err := headerLength(length, t.size)
	if err != nil {
		return err
	}
	t.header = 8 + n
	b := make([]byte, n)
	if _, err := t.ReadAt(b, 8); err != nil {
		return err
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(b, &entries); err != nil {
		return fmt.Errorf("its header is no JSON; %w", errDamaged)
	}
	const metadata = "__metadata__"
	if err := json.Unmarshal(entries[metadata], &t.metadata); err != nil {
		return fmt.Errorf("its header has no metadata; %w", errDamaged)
	}
	delete(entries, metadata)
	tensors := map[string]hf.Tensor{}
	for name, entry := range entries {
		var x struct{ Shape []int }
		if err := json.Unmarshal(entry, &x); err != nil {
			return fmt.Errorf("its header describes the tensor %s otherwise than a safetensors file; %w", printable.Quote(name), errDamaged)
		}
		tensors[name] = hf.Tensor{Shape: x.Shape}
	}
	if headerDigest(t.metadata, tensors) != t.metadata[metaHeader] {
		return fmt.Errorf("the header does not match its SHA-256; %w", errDamaged)
	}
	return nil
}

// headerLength reads the first 8 bytes of a safetensors file of so many bytes in all.
func headerLength(b []byte, size int64) (int64, error) {
	if n := binary.LittleEndian.Uint64(b); n > maxHeader || n > uint64(size-8) {
		return 0, fmt.Errorf("its header cannot have the length that it states (%d bytes); %w", n, errDamaged)
	} else {
		return int64(n), nil
	}
}

// read returns the tensors of the file. One that holds more than so many float32 numbers is refused before it is
// read; of one that holds fewer, who uses the tensors says which is missing.
func (t *tensorsFile) read(most int) (map[string]hf.Tensor, error) {
	if got := t.size - t.header; got > 4*int64(most) {
		return nil, fmt.Errorf("it holds %d bytes of numbers, the settings ask for %d; %w", got, 4*int64(most), errDamaged)
	}
	b := make([]byte, t.size)
	if _, err := io.ReadFull(io.NewSectionReader(t, 0, t.size), b); err != nil {
		return nil, err
	}
	tensors, _, err := decodeTensors(b)
	return tensors, err
}

// decodeTensors reads what writeTensors wrote and checks both sums.
func decodeTensors(b []byte) (map[string]hf.Tensor, map[string]string, error) {
	if len(b) < 8 {
		return nil, nil, fmt.Errorf("%d bytes are no safetensors file; %w", len(b), errDamaged)
	}
	if _, err := headerLength(b, int64(len(b))); err != nil {
		return nil, nil, err
	}
	n, header, err := safetensors.ReadMetadata(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	if err := uniqueKeys(json.NewDecoder(bytes.NewReader(b[8 : 8+n]))); err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	decoded, err := safetensors.Deserialize(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	metadata := header.Metadata()
	if digest(b[8+n:]) != metadata[metaTensors] {
		return nil, nil, fmt.Errorf("the numbers do not match their SHA-256; %w", errDamaged)
	}
	tensors := map[string]hf.Tensor{}
	for _, named := range decoded.Tensors() {
		view := named.TensorView
		if view.DType() != safetensors.F32 {
			return nil, nil, fmt.Errorf("tensor %s holds %v, not float32; %w", printable.Quote(named.Name), view.DType(), errDamaged)
		}
		t := hf.Tensor{Data: make([]float32, view.DataLen()/4)}
		for _, n := range view.Shape() {
			t.Shape = append(t.Shape, int(n))
		}
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(view.Data()[4*i:]))
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
				return fmt.Errorf("the header has the key %s twice", printable.Quote(fmt.Sprint(key)))
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
func fill(set *param.Set, tensors map[string]hf.Tensor, prefix string) error {
	if err := checkShapes(set, tensors, prefix); err != nil {
		return err
	}
	for _, p := range set.All() {
		copy(p.Data, tensors[prefix+p.Name].Data)
	}
	return nil
}

// checkShapes returns an error unless tensors have the shapes of a set of parameters, which may be without their numbers.
func checkShapes(set *param.Set, tensors map[string]hf.Tensor, prefix string) error {
	for _, p := range set.All() {
		t, ok := tensors[prefix+p.Name]
		if !ok {
			return fmt.Errorf("it lacks the tensor %s", prefix+p.Name)
		}
		if !slices.Equal(t.Shape, p.Shape) {
			return fmt.Errorf("tensor %s has shape %v, the settings ask for %v", prefix+p.Name, t.Shape, p.Shape)
		}
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
