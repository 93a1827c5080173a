//go:build !engine

package site

// Embedded returns the engine that is part of this program, if there is one.
func Embedded() (e Engine, found bool, err error) { return Engine{}, false, nil }
