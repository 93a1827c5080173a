//go:build !unix

package main

import "os/exec"

// detach lets a process go on when the terminal of this one ends: here it does anyway.
func detach(*exec.Cmd) {}
