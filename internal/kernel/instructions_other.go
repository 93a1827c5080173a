//go:build !amd64 && !js

package kernel

// available returns the instruction sets of this processor, the best first.
func available() []*instructions { return []*instructions{portableGo} }
