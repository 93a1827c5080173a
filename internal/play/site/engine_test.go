package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// made is an engine of two texts.
func made() Engine {
	program, err := compressed([]byte("\x00asm of a program"))
	if err != nil {
		panic(err)
	}
	return Engine{Program: program, Exec: []byte("globalThis.Go = class {};\n")}
}

func TestEngineBytes(t *testing.T) {
	b, err := made().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := made().Bytes()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("equal engines give other bytes, %v", err)
	}
	e, err := ParseEngine(b)
	if err != nil || !bytes.Equal(e.Program, made().Program) || !bytes.Equal(e.Exec, made().Exec) {
		t.Errorf("%q, %v", e, err)
	}
	r, err := gzip.NewReader(bytes.NewReader(e.Program))
	if err != nil {
		t.Fatal(err)
	}
	if module, err := io.ReadAll(r); err != nil || string(module) != "\x00asm of a program" {
		t.Errorf("%q, %v", module, err)
	}
}

// No byte of a stored engine can change without an error.
func TestDamagedEngine(t *testing.T) {
	b, err := made().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] ^= 0x20
		if e, err := ParseEngine(b); err == nil && (!bytes.Equal(e.Program, made().Program) || !bytes.Equal(e.Exec, made().Exec)) {
			t.Errorf("byte %d is damaged, and another engine is read", i)
		} else if err != nil && !strings.HasPrefix(err.Error(), "the engine is damaged: ") {
			t.Errorf("byte %d: %v", i, err)
		}
		b[i] ^= 0x20
	}
	for n := range b {
		if _, err := ParseEngine(b[:n]); err == nil {
			t.Errorf("%d of %d bytes are read", n, len(b))
		}
	}
}
