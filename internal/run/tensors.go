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
	metaStep     = "step"      // updates of the weights
	metaTrained  = "trained"   // updates of the training, if it selects weights; else those of the weights
	metaBest     = "best"      // step of [Best], if the training selects weights
	metaBestLoss = "best-loss" // its loss
	metaConfig   = "config"    // SHA-256 of config.json
	metaWords    = "tokenizer" // SHA-256 of tokenizer.json
	metaSpelling = "spelling"  // SHA-256 of spelling.json
	metaSettings = "settings"  // SHA-256 of the settings that a run keeps
	metaData     = "data"      // SHA-256 of the text
	metaMetrics  = "metrics"   // chain hash of metrics.jsonl at the checkpoint
	metaFilm     = "film"      // chain hash of film.jsonl at the checkpoint
)

// maxHeader is the largest header in bytes, enough for about 10,000 tensors. A longer one is damage or an attack.
const maxHeader = 1 << 20

// tensorView is a tensor for the safetensors library. The bytes are encoded on demand, in one buffer for all tensors of a file,
// so that a checkpoint needs no copy of the model.
type tensorView struct {
	hf.Tensor
	buffer *[]byte
}

func (v tensorView) DType() safetensors.DType { return safetensors.F32 }

func (v tensorView) Shape() []uint64 {
	shape := make([]uint64, len(v.Tensor.Shape))
	for i, n := range v.Tensor.Shape {
		shape[i] = uint64(n)
	}
	return shape
}

func (v tensorView) DataLen() uint64 { return 4 * uint64(len(v.Tensor.Data)) }

// Data returns the values in little-endian order. The slice is valid until the next call for a tensor of the file.
func (v tensorView) Data() []byte {
	*v.buffer, _ = binary.Append((*v.buffer)[:0], binary.LittleEndian, v.Tensor.Data) // never an error for float32
	return *v.buffer
}

// writeTensors writes a safetensors file of the tensors with checksums in its metadata.
func writeTensors(w io.Writer, tensors map[string]hf.Tensor, metadata map[string]string) error {
	views, buffer := map[string]tensorView{}, new([]byte)
	content := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tensors)) { // the library writes tensors of one type sorted by name
		views[name] = tensorView{tensors[name], buffer}
		content.Write(views[name].Data())
	}
	all := maps.Clone(metadata)
	all[metaFormat] = "pt"
	all[metaTensors] = hex.EncodeToString(content.Sum(nil))
	all[metaHeader] = headerDigest(all, tensors)
	return safetensors.SerializeToWriter(views, all, w)
}

// headerDigest returns the SHA-256 of the other metadata and of the names and shapes of the tensors.
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

var errDamaged = errors.New("it is damaged")

// tensorsFile is an open safetensors file whose header was read.
type tensorsFile struct {
	io.ReaderAt
	io.Closer
	size     int64                // of the file in bytes
	header   []byte               // including the 8 bytes of its length
	metadata map[string]string    // with a checksum that matches
	tensors  map[string]hf.Tensor // without their values
}

// openTensors opens a safetensors file in a folder and reads its header.
func openTensors(folder *os.Root, name string) (*tensorsFile, error) {
	t, err := openHeader(folder, name)
	if err == nil {
		if err = t.parseHeader(); err == nil {
			return t, nil
		}
		t.Close()
	}
	return nil, err
}

// openHeader opens a safetensors file in a folder and reads the bytes of its header. It allocates no memory by sizes in the
// header.
func openHeader(folder *os.Root, name string) (*tensorsFile, error) {
	f, err := file.OpenIn(folder, name, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		t := &tensorsFile{ReaderAt: f, Closer: f, size: info.Size()}
		if err = t.readHeader(); err == nil {
			return t, nil
		}
	}
	f.Close()
	return nil, err
}

// readHeader reads the bytes of the header.
func (t *tensorsFile) readHeader() error {
	if t.size < 8 {
		return fmt.Errorf("a file of %d bytes is not a safetensors file; %w", t.size, errDamaged)
	}
	length := make([]byte, 8)
	if _, err := t.ReadAt(length, 0); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint64(length)
	if n > maxHeader || n > uint64(t.size-8) {
		return fmt.Errorf("the length of its header is not possible (%d bytes); %w", n, errDamaged)
	}
	t.header = make([]byte, 8+n)
	_, err := t.ReadAt(t.header, 0)
	return err
}

// parseHeader parses the header and checks its checksum.
func (t *tensorsFile) parseHeader() error {
	var m safetensors.Metadata
	if err := json.Unmarshal(t.header[8:], &m); err != nil {
		return fmt.Errorf("%v; %w", err, errDamaged)
	}
	if !uniqueKeys(json.NewDecoder(bytes.NewReader(t.header[8:]))) {
		return fmt.Errorf("the header has a key twice; %w", errDamaged)
	}
	t.metadata, t.tensors = m.Metadata(), map[string]hf.Tensor{}
	for name, info := range m.Tensors() {
		if info.DType != safetensors.F32 {
			return fmt.Errorf("tensor %s holds %v, not float32; %w", printable.Quote(name), info.DType, errDamaged)
		}
		var shape []int
		for _, n := range info.Shape {
			shape = append(shape, int(n))
		}
		t.tensors[name] = hf.Tensor{Shape: shape}
	}
	if headerDigest(t.metadata, t.tensors) != t.metadata[metaHeader] {
		return fmt.Errorf("the header does not match its SHA-256; %w", errDamaged)
	}
	return nil
}

// parseMetadata is parseHeader of a file that is expected to have tensors of these shapes and no others: it parses the metadata
// alone, which takes a tenth of the time. It reports whether the checksum of the header matches with these shapes, and
// the file has the length of such tensors.
func (t *tensorsFile) parseMetadata(shapes map[string][]int) bool {
	var header struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	if err := json.Unmarshal(t.header[8:], &header); err != nil {
		return false
	}
	t.metadata, t.tensors = header.Metadata, map[string]hf.Tensor{}
	for name, shape := range shapes {
		t.tensors[name] = hf.Tensor{Shape: shape}
	}
	return headerDigest(t.metadata, t.tensors) == t.metadata[metaHeader] && t.checkSize() == nil
}

// checkSize returns an error unless the file is as long as its tensors take, without reading a value.
func (t *tensorsFile) checkSize() error {
	want := float64(len(t.header))
	for _, tensor := range t.tensors {
		bytes := 4.0
		for _, n := range tensor.Shape {
			bytes *= float64(n)
		}
		want += bytes
	}
	if want != float64(t.size) {
		return fmt.Errorf("it has %d bytes, and its tensors take %.0f; %w", t.size, want, errDamaged)
	}
	return nil
}

// read returns the tensors of the file. It returns an error, before reading, if the file has more than most float32 values.
func (t *tensorsFile) read(most int64) (map[string]hf.Tensor, error) {
	if got := t.size - int64(len(t.header)); got > 4*most {
		return nil, fmt.Errorf("it holds %d bytes of values, the settings ask for %d; %w", got, 4*most, errDamaged)
	}
	b := make([]byte, t.size)
	values := b[copy(b, t.header):]
	if _, err := io.ReadFull(io.NewSectionReader(t, int64(len(t.header)), int64(len(values))), values); err != nil {
		return nil, err
	}
	if digest(values) != t.metadata[metaTensors] {
		return nil, fmt.Errorf("the values do not match their SHA-256; %w", errDamaged)
	}
	decoded, err := safetensors.Deserialize(b)
	if err != nil {
		return nil, fmt.Errorf("%v; %w", err, errDamaged)
	}
	for _, named := range decoded.Tensors() {
		data := make([]float32, named.TensorView.DataLen()/4)
		_, _ = binary.Decode(named.TensorView.Data(), binary.LittleEndian, data) // of just as many bytes
		t.tensors[named.Name] = hf.Tensor{Shape: t.tensors[named.Name].Shape, Data: data}
	}
	return t.tensors, nil
}

// uniqueKeys reads one valid JSON value and reports whether no object in it has a key twice, which the format forbids and the
// library does not check.
func uniqueKeys(d *json.Decoder) bool {
	open, _ := d.Token()
	if open != json.Delim('{') && open != json.Delim('[') {
		return true
	}
	unique, seen := true, map[json.Token]bool{}
	for d.More() {
		if open == json.Delim('{') {
			key, _ := d.Token()
			unique = unique && !seen[key]
			seen[key] = true
		}
		unique = uniqueKeys(d) && unique
	}
	_, _ = d.Token()
	return unique
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
