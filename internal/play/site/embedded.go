//go:build engine

package site

import _ "embed"

// engine.zip is written by package dist.
//
//go:embed engine.zip
var embedded []byte

// Embedded returns the engine that is part of this program, if there is one.
func Embedded() (e Engine, found bool, err error) {
	e, err = ParseEngine(embedded)
	return e, true, err
}
