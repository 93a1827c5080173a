package tensorboard

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields reads a message: the value of each field, of a list of them in order.
func fields(t *testing.T, b []byte) map[protowire.Number][]any {
	t.Helper()
	all := map[protowire.Number][]any{}
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			t.Fatalf("%x: %v", b, protowire.ParseError(n))
		}
		b = b[n:]
		var value any
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			var bits uint64
			bits, n = protowire.ConsumeFixed64(b)
			value = math.Float64frombits(bits)
		case protowire.Fixed32Type:
			var bits uint32
			bits, n = protowire.ConsumeFixed32(b)
			value = math.Float32frombits(bits)
		default:
			value, n = protowire.ConsumeBytes(b)
		}
		if n < 0 {
			t.Fatalf("field %d: %v", field, protowire.ParseError(n))
		}
		all[field], b = append(all[field], value), b[n:]
	}
	return all
}

// records reads the frames of a file and checks their checksums by the inverse of the mask.
func records(t *testing.T, b []byte) (all [][]byte) {
	t.Helper()
	checked := func(content []byte, sum uint32) {
		sum -= 0xa282ead8
		if sum = sum>>17 | sum<<15; sum != crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)) {
			t.Errorf("the checksum of %x is wrong", content)
		}
	}
	for len(b) > 0 {
		n := binary.LittleEndian.Uint64(b)
		checked(b[:8], binary.LittleEndian.Uint32(b[8:]))
		content := b[12 : 12+n]
		checked(content, binary.LittleEndian.Uint32(b[12+n:]))
		all, b = append(all, content), b[16+n:]
	}
	return all
}

// The checksums of the first record are those of masked_crc32c of TensorBoard 2.21 for its length and its content.
func TestRecordIsThatOfTensorBoard(t *testing.T) {
	want := []byte("\x0f\x00\x00\x00\x00\x00\x00\x00\x6d\x53\x2b\x09\x1a\x0dbrain.Event:2\xfc\x98\x51\x29")
	if got := new(File).Bytes(); !bytes.Equal(got, want) {
		t.Errorf("the file is %x, want %x", got, want)
	}
}

func TestScalars(t *testing.T) {
	var f File
	f.Scalar("loss/train", 300, 1.25, 0.1)
	f.Scalar("loss/train", 0, 0, 4)
	all := records(t, f.Bytes())
	if len(all) != 3 {
		t.Fatalf("%d records", len(all))
	}
	for i, want := range []struct {
		step    uint64
		seconds float64
		value   float32
	}{{300, 1.25, 0.1}, {0, 0, 4}} {
		event := fields(t, all[1+i])
		value := fields(t, fields(t, event[5][0].([]byte))[1][0].([]byte))
		if event[1][0] != want.seconds || event[2][0] != want.step || string(value[1][0].([]byte)) != "loss/train" || value[2][0] != want.value {
			t.Errorf("event %v, value %v, want %+v", event, value, want)
		}
	}
}

func TestSession(t *testing.T) {
	var f File
	f.Session(Session{Hyperparameters: []Hyperparameter{{"lr", "rate", 0.01}, {"tied", "", false}, {"optimizer", "", "sgd"}},
		Metrics: []Metric{{"loss", "held-out loss"}}, Finished: true, Seconds: 3})
	all := records(t, f.Bytes())
	if len(all) != 4 {
		t.Fatalf("%d records", len(all))
	}
	content := func(i int, tag string, field protowire.Number) map[protowire.Number][]any {
		value := fields(t, fields(t, fields(t, all[i])[5][0].([]byte))[1][0].([]byte))
		plugin := fields(t, fields(t, value[9][0].([]byte))[1][0].([]byte))
		if string(value[1][0].([]byte)) != tag || string(plugin[1][0].([]byte)) != "hparams" {
			t.Errorf("record %d is %s of %s", i, value[1], plugin[1])
		}
		return fields(t, fields(t, plugin[2][0].([]byte))[field][0].([]byte))
	}
	experiment := content(1, "_hparams_/experiment", 2)
	var kinds []any
	for _, info := range experiment[4] {
		kinds = append(kinds, fields(t, info.([]byte))[4][0])
	}
	if want := []any{uint64(3), uint64(2), uint64(1)}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("the types are %v, want %v", kinds, want)
	}
	var values []any
	for _, entry := range content(2, "_hparams_/session_start_info", 3)[1] {
		for _, value := range fields(t, fields(t, entry.([]byte))[2][0].([]byte)) {
			values = append(values, value[0])
		}
	}
	if want := []any{0.01, uint64(0), []byte("sgd")}; !reflect.DeepEqual(values, want) {
		t.Errorf("the values are %v, want %v", values, want)
	}
	if end := content(3, "_hparams_/session_end_info", 4); end[1][0] != uint64(1) || end[2][0] != 3.0 {
		t.Errorf("the end is %v", end)
	}
}
