package main

import "testing"

// Keys at a bash without the package bash-completion: what Tab inserts is what the command gets.
func TestTabInBash(t *testing.T) {
	s := sitWith(t, 100, 30, bashSettings, bareBash(t, "-i"))
	s.expect("READY ")
	s.press("source completion.bash; attend() { if [[ $1 == __complete ]]; then command attend \"$@\"; else printf '<%s>' \"$@\"; echo; fi; }\r")
	s.expect("READY ")
	for keys, want := range map[string]string{
		"attend tr\t--st\t5":                      `<train><--steps><5>`,
		"attend train --activation g\t--layers 2": `<train><--activation><gelu><--layers><2>`,
		"attend heads --run sch\t":                `<heads><--run><school>`,
		"attend heads --run a:\t":                 `<heads><--run><a:b:c>`,
		"attend heads --run=a\t":                  `<heads><--run=a:b:c>`,
		"attend heads --run my\t":                 `<heads><--run><my run>`,
		"attend heads --run \"my\t":               `<heads><--run><my run>`,
		"attend heads --run it\t":                 `<heads><--run><it's \$5>`,
		"attend heads --run 'my\t":                `<heads><--run><my run>`,
		"attend heads --run runs/sch\t":           `<heads><--run><runs/school/>`,
		"attend eval --at l\t--run \"é\t":         `<eval><--at><last><--run><été>`,
		"attend plot -\x08runs/-d\t":              `<plot><runs/-dash/>`,
		"attend train --data compl\t":             `<train><--data><completion.bash>`,
	} {
		s.press(keys + "\r")
		s.expect(want + "\r\n")
		s.expect("READY ")
	}
	s.press("exit\r")
	s.end(0)
}
