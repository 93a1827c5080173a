// Package tensorboard writes the event files that TensorBoard reads: numbers by step, and the hyperparameters of a training.
//
//	var f tensorboard.File
//	f.Scalar("loss/train", 100, seconds, 1.5)
//	_, err := w.Write(f.Bytes())
//
// Equal calls give equal bytes. Source: TensorFlow, tensorflow/core/util/event.proto, framework/summary.proto and
// lib/io/record_writer.h, and TensorBoard, tensorboard/plugins/hparams/*.proto (2.21). The few messages are written with
// protowire.
package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// FileName is the name of an event file. TensorBoard takes a file for one if tfevents is in its name.
const FileName = "events.out.tfevents.attend"

// File is an event file that is being made. The zero value is empty.
type File struct{ records []byte }

// Bytes returns the file.
func (f *File) Bytes() []byte {
	var version message
	version.string(3, "brain.Event:2")
	return append(record(version), f.records...)
}

// Scalar adds a number. seconds is its wall time. TensorBoard holds numbers as float32.
func (f *File) Scalar(tag string, step int, seconds, value float64) {
	var v message
	v.string(1, tag)
	v.float(2, float32(value))
	f.event(step, seconds, v)
}

// event adds an event with one value of a summary.
func (f *File) event(step int, seconds float64, value message) {
	var summary, event message
	summary.message(1, value)
	event.double(1, seconds)
	event.varint(2, uint64(step))
	event.message(5, summary)
	f.records = append(f.records, record(event)...)
}

// record frames a message: its length in 8 bytes, the checksum of the length, the message, and its checksum.
func record(m message) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(m)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, m...)
	return binary.LittleEndian.AppendUint32(b, masked(m))
}

// masked returns the CRC-32C of some bytes, rotated to the right by 15 bits, plus a constant: a checksum of bytes that hold
// checksums.
func masked(b []byte) uint32 {
	sum := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return (sum>>15 | sum<<17) + 0xa282ead8
}

// message is a message of Protocol Buffers, as bytes.
type message []byte

func (m *message) string(field protowire.Number, s string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), s)
}

func (m *message) message(field protowire.Number, of message) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), of)
}

func (m *message) varint(field protowire.Number, x uint64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), x)
}

func (m *message) double(field protowire.Number, x float64) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, field, protowire.Fixed64Type), math.Float64bits(x))
}

func (m *message) float(field protowire.Number, x float32) {
	*m = protowire.AppendFixed32(protowire.AppendTag(*m, field, protowire.Fixed32Type), math.Float32bits(x))
}
