//go:build !linux && !darwin

package run

import "errors"

// exchange would swap what two paths name: this system has no such step.
func exchange(a, b string) error { return errors.ErrUnsupported }
