package run

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attend/internal/hf"
)

// encodeTensors returns what writeTensors writes.
func encodeTensors(tensors map[string]hf.Tensor, metadata map[string]string) ([]byte, error) {
	var file bytes.Buffer
	err := writeTensors(&file, tensors, metadata)
	return file.Bytes(), err
}

// decodeTensors reads what writeTensors wrote.
func decodeTensors(b []byte) (map[string]hf.Tensor, map[string]string, error) {
	t := &tensorsFile{ReaderAt: bytes.NewReader(b), size: int64(len(b))}
	err := t.readHeader()
	if err == nil {
		err = t.parseHeader()
	}
	if err != nil {
		return nil, nil, err
	}
	tensors, err := t.read(t.size)
	return tensors, t.metadata, err
}

func someTensors() (map[string]hf.Tensor, map[string]string) {
	return map[string]hf.Tensor{
		"a": {Shape: []int{2, 3}, Data: []float32{1, -2, 3.5, 0, float32(math.Copysign(0, -1)), 1e-40}},
		"b": {Shape: []int{5}, Data: []float32{1, 2, 3, 4, math.MaxFloat32}},
		"c": {Shape: []int{0, 7}, Data: []float32{}},
	}, map[string]string{metaStep: "12", metaData: "text \"quoted\" <&>"}
}

func TestTensorsRoundTrip(t *testing.T) {
	tensors, metadata := someTensors()
	file, err := encodeTensors(tensors, metadata)
	if err != nil {
		t.Fatal(err)
	}
	got, meta, err := decodeTensors(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, tensors) {
		t.Errorf("tensors %v, want %v", got, tensors)
	}
	for k, v := range metadata {
		if meta[k] != v {
			t.Errorf("metadata %s is %q, want %q", k, meta[k], v)
		}
	}
	if _, changed := metadata[metaFormat]; changed {
		t.Error("the caller's metadata was changed")
	}
}

// Every flip of one bit and of one whole byte, and every shorter file, is an error.
func TestTensorsEveryFlip(t *testing.T) {
	tensors, metadata := someTensors()
	metadata[metaData] = "no escapes, which can be written in two ways"
	file, err := encodeTensors(tensors, metadata)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
			file[i] ^= flip
			if _, _, err := decodeTensors(file); err == nil {
				t.Errorf("byte %d ^ %d: no error", i, flip)
			}
			file[i] ^= flip
		}
		if _, _, err := decodeTensors(file[:i]); err == nil {
			t.Errorf("%d bytes: no error", i)
		}
	}
	if _, _, err := decodeTensors(append(slices.Clone(file), 0)); err == nil {
		t.Error("one byte more: no error")
	}
}

// raw is a file with a header as given and sums that match, where it has place for them.
func raw(header string, content []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), content...)
}

// signed is a header of tensors, as JSON, whose metadata has the right sums for those decoded.
func signed(entries string, tensors map[string]hf.Tensor, content []byte) string {
	metadata := map[string]string{metaFormat: "pt", metaStep: "1", metaTensors: digest(content)}
	metadata[metaHeader] = headerDigest(metadata, tensors)
	var m []string
	for _, k := range slices.Sorted(maps.Keys(metadata)) {
		m = append(m, fmt.Sprintf("%q:%q", k, metadata[k]))
	}
	return `{"__metadata__":{` + strings.Join(m, ",") + `}` + entries + `}`
}

func hostile() map[string][]byte {
	four := []byte{0, 0, 128, 63}
	one := map[string]hf.Tensor{"a": {Shape: []int{1}, Data: []float32{1}}}
	long := raw(`{"__metadata__":{"x":"`+strings.Repeat("y", 2<<20)+`"}}`, nil)
	huge := raw("{}", nil)
	binary.LittleEndian.PutUint64(huge, 1<<63)
	claim := raw("{}", nil)
	binary.LittleEndian.PutUint64(claim, 1<<19)
	const a = `,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	return map[string][]byte{
		"empty":           {},
		"seven bytes":     make([]byte, 7),
		"length 2^63":     huge,
		"length too long": claim,
		"2 MB header":     long,
		"null":            raw("null", nil),
		"array":           raw("[]", nil),
		"no metadata":     raw("{}", nil),
		"null metadata":   raw(`{"__metadata__":null}`, nil),
		"null tensor":     raw(signed(`,"a":null`, one, nil), nil),
		"deep":            raw(strings.Repeat(`{"a":`, 100000), nil),
		"duplicate tensor": raw(signed(`,"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}`+a,
			one, four), four),
		"duplicate metadata": raw(strings.Replace(signed(a, one, four), `"step":"1"`, `"step":"7","step":"1"`, 1), four),
		"negative offset":    raw(signed(`,"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}`, one, four), four),
		"negative shape":     raw(signed(`,"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}`, one, four), four),
		"offset past end":    raw(signed(`,"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`, one, four), four),
		"offset 2^64":        raw(signed(`,"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,0]}`, one, four), four),
		"fraction":           raw(signed(`,"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}`, one, four), four),
		"huge shape":         raw(signed(`,"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,4]}`, one, four), four),
		"overflowing shape":  raw(signed(`,"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}`, one, four), four),
		"F16":                raw(signed(`,"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}`, map[string]hf.Tensor{"a": {Shape: []int{2}, Data: nil}}, four), four),
		"I32":                raw(signed(`,"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}`, one, four), four),
		"unknown type":       raw(signed(`,"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}`, one, four), four),
		"gap":                raw(signed(a, one, append(four, 0, 0, 0, 0)), append(four, 0, 0, 0, 0)),
	}
}

func TestTensorsHostile(t *testing.T) {
	four := []byte{0, 0, 128, 63}
	ok := raw(signed(`,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, map[string]hf.Tensor{"a": {Shape: []int{1}, Data: nil}}, four), four)
	if _, _, err := decodeTensors(ok); err != nil {
		t.Fatalf("the form that the hostile ones vary: %v", err)
	}
	for name, file := range hostile() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := decodeTensors(file)
			runtime.ReadMemStats(&after)
			wantError(t, err, "damaged")
			if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
				t.Errorf("%d bytes allocated for a file of %d", n, len(file))
			}
		})
	}
}

// FuzzDecodeTensors: no file makes it panic, and what is accepted is written and read back alike.
func FuzzDecodeTensors(f *testing.F) {
	tensors, metadata := someTensors()
	file, err := encodeTensors(tensors, metadata)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	for _, file := range hostile() {
		if len(file) < 1<<10 {
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		tensors, metadata, err := decodeTensors(file)
		if err != nil {
			return
		}
		for name, x := range tensors {
			n := 1
			for _, size := range x.Shape {
				n *= size
			}
			if n != len(x.Data) {
				t.Fatalf("tensor %q has shape %v and %d numbers", name, x.Shape, len(x.Data))
			}
		}
		again, err := encodeTensors(tensors, metadata)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := decodeTensors(again)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(back) != fmt.Sprint(tensors) {
			t.Fatalf("%v became %v", tensors, back)
		}
	})
}
