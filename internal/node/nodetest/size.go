package nodetest

import (
	"reflect"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// Bytes returns the memory in bytes of all arrays of numbers in the inputs and operations of a graph, without the slices in but,
// such as shared weights.
func Bytes(g *gorgonia.ExprGraph, but ...[]float32) int {
	w := walk{arrays: map[unsafe.Pointer]int{}, pointers: map[unsafe.Pointer]bool{}}
	for _, n := range g.AllNodes() {
		if n.Op() != nil {
			w.value(reflect.ValueOf(n.Op()))
		} else {
			w.value(reflect.ValueOf(n.Value()))
		}
	}
	for _, x := range but {
		delete(w.arrays, unsafe.Pointer(unsafe.SliceData(x)))
	}
	sum := 0
	for _, bytes := range w.arrays {
		sum += bytes
	}
	return sum
}

// walk collects the arrays of numbers that are reachable from a value.
type walk struct {
	arrays   map[unsafe.Pointer]int // size in bytes, by address
	pointers map[unsafe.Pointer]bool
}

func (w walk) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		isGraph := v.Type() == reflect.TypeFor[*gorgonia.Node]() || v.Type() == reflect.TypeFor[*gorgonia.ExprGraph]()
		if v.IsNil() || isGraph || w.pointers[v.UnsafePointer()] {
			return
		}
		w.pointers[v.UnsafePointer()] = true
		w.value(v.Elem())
	case reflect.Interface:
		w.value(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			w.value(v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			w.value(v.Index(i))
		}
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Float32, reflect.Int, reflect.Uint8:
			if bytes := v.Len() * int(v.Type().Elem().Size()); bytes > 0 {
				w.arrays[v.UnsafePointer()] = max(bytes, w.arrays[v.UnsafePointer()])
			}
		default:
			for i := range v.Len() {
				w.value(v.Index(i))
			}
		}
	}
}
