// Package choice holds tables of named choices: the activations, norms, position schemes and so on of the program. A new
// one is a line in its table.
//
//	var activations = choice.Table[Activation]{{"gelu", kernel.GELU}, {"relu", kernel.ReLU}}
package choice

import (
	"fmt"
	"strings"

	"attend/internal/printable"
)

// Table lists choices in the order in which help shows them.
type Table[T any] []Entry[T]

// Entry is a choice and its name, the value of the setting.
type Entry[T any] struct {
	Name   string
	Choice T
}

// Find returns the choice of that name. what is the name of the setting for the error, such as "activation".
func (t Table[T]) Find(what, name string) (T, error) {
	for _, e := range t {
		if e.Name == name {
			return e.Choice, nil
		}
	}
	var none T
	return none, &UnknownError{what, name, t.Names()}
}

// UnknownError reports a name that is not in a table.
type UnknownError struct {
	What, Name string
	Known      []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no %s %s: choose %s", e.What, printable.Quote(e.Name), strings.Join(e.Known, ", "))
}

// Names returns the names in the order of the table.
func (t Table[T]) Names() []string {
	names := make([]string, len(t))
	for i, e := range t {
		names[i] = e.Name
	}
	return names
}
