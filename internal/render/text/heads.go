package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// plainWords says what a head of a role does.
func plainWords(role string) string {
	switch role {
	case attention.RolePrevious:
		return "looks at the token before"
	case attention.RoleItself:
		return "looks at the token itself"
	case attention.RoleFirst:
		return "looks at the first word of the sentence"
	case attention.RoleSame:
		return "looks at an earlier mention of the same word"
	case attention.RoleBoundary:
		return "rests on <s>, where the sentence begins"
	case attention.RoleDiffuse:
		return "spreads its attention over all it sees"
	case attention.RoleMixed:
		return "does several things, none of which stands out"
	}
	return "looks at the words that decide by the rule of " + role
}

// Heads writes what each head does, in plain words and with evidence.
func Heads(w io.Writer, heads []attention.Head, o Options) error {
	var b bytes.Buffer
	for i, h := range heads {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(title(fmt.Sprintf("layer %d, head %d: %s", h.Layer+1, h.Head+1, plainWords(h.Role)), o))
		var other []string
		for _, s := range standingOut(h) {
			line := fmt.Sprintf("%s of its attention goes there in %d cases; an even spread would give %s", share(s.Score), s.Cases, share(s.Uniform))
			if s.Role != h.Role {
				line = fmt.Sprintf("also %s: %s in %d cases; an even spread would give %s", plainWords(s.Role), share(s.Score), s.Cases, share(s.Uniform))
			}
			b.WriteString(indent(line, o))
		}
		if h.Effect != nil {
			b.WriteString(indent("switched off, the loss "+change(*h.Effect), o))
		}
		for _, e := range h.Examples {
			b.WriteString(indent(fmt.Sprintf("%s: %s -> %s %s", printable.Sentence(e.Text), render.Spelling(e.Query), render.Spelling(e.Key), share(e.Weight)), o))
		}
		for _, s := range h.Scores {
			if !s.StandsOut() {
				other = append(other, s.Role+" "+share(s.Score))
			}
		}
		other = append(other, "entropy "+share(h.Entropy))
		for line := range strings.Lines(indent("else: "+strings.Join(other, ", "), o)) {
			b.WriteString(faint(strings.TrimSuffix(line, "\n"), o.Color) + "\n")
		}
	}
	return render.Write(w, &b)
}

// change says how a loss changes.
func change(x float64) string {
	size := share(math.Abs(x))
	switch {
	case size == "0.00":
		return "hardly changes: by less than 0.005 nats a token"
	case x < 0:
		return "falls by " + size + " nats a token"
	}
	return "rises by " + size + " nats a token"
}

// standingOut returns the scores of a head whose lift is large enough for a name, the largest first.
func standingOut(h attention.Head) []attention.RoleScore {
	var list []attention.RoleScore
	for _, s := range h.Scores {
		if s.StandsOut() {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b attention.RoleScore) int { return cmp.Compare(b.Lift(), a.Lift()) })
	return list
}

// share prints a number of 0 to 1.
func share(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
