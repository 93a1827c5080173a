package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"attend/layers"
)

// checkFinite returns a [layers.NotFiniteError] if a result of the run at path holds a number that is NaN or infinite. Every
// command calls it on all that it shows, before the first byte is written: no such number has a bar, a colour or a spelling in
// JSON. What has no value is a nil pointer, never NaN.
func checkFinite(path string, results ...any) error {
	for _, result := range results {
		if where, x, found := notFinite(reflect.ValueOf(result)); found {
			return fmt.Errorf("%s: %w", path, &layers.NotFiniteError{Found: fmt.Sprintf("%s is %g", strings.TrimPrefix("result"+where, "result."), x)})
		}
	}
	return nil
}

// notFinite returns the first number in a value that is NaN or infinite, if there is one, and where it is, such as
// ".words[3].cut".
func notFinite(v reflect.Value) (where string, x float64, found bool) {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return "", v.Float(), math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return notFinite(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if where, x, found := notFinite(v.Index(i)); found {
				return fmt.Sprintf("[%d]%s", i, where), x, true
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if where, x, found := notFinite(v.MapIndex(key)); found {
				return fmt.Sprintf("[%v]%s", key, where), x, true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if where, x, found := notFinite(v.Field(i)); found {
				return "." + fieldName(v.Type().Field(i)) + where, x, true
			}
		}
	}
	return "", 0, false
}

// fieldName is the name of a field as its JSON spells it.
func fieldName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return strings.ToLower(f.Name)
}
