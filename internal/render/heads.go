package render

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/printable"
)

// Head is what one head does over a corpus, with the evidence for it.
type Head struct {
	Layer    int           `json:"layer"`    // from 0
	Head     int           `json:"head"`     // from 0
	Role     string        `json:"role"`     // the name of the score that stands out, or "diffuse" or "mixed"
	Scores   []RoleScore   `json:"scores"`   // of every role that the corpus has cases of
	Entropy  float64       `json:"entropy"`  // of a row, over that of an even spread: 0 one word, 1 all alike
	Effect   *float64      `json:"effect"`   // nats a token that the loss rises when the head is off
	Examples []HeadExample `json:"examples"` // of the role, those where it shows most
}

// RoleScore is how much of its attention a head pays to what a role looks at, in 0 to 1: the mean over the
// words that have such a thing to look at.
type RoleScore struct {
	Role    string  `json:"role"`
	Score   float64 `json:"score"`
	Uniform float64 `json:"uniform"` // the same for an even spread
	Cases   int     `json:"cases"`
}

// HeadExample is one word of a sentence and what it attends to.
type HeadExample struct {
	Text   string  `json:"text"`
	Query  string  `json:"query"`
	Key    string  `json:"key"` // the key with the largest weight
	Weight float64 `json:"weight"`
}

// The roles that a head may have besides the planted rules of a grammar, which go by their names.
const (
	RolePrevious = "previous word"
	RoleItself   = "itself"
	RoleFirst    = "first word"
	RoleSame     = "same word"
	RoleBoundary = "boundary"
	RoleDiffuse  = "diffuse"
	RoleMixed    = "mixed"
)

// Lift is how far a score lies above an even spread, as a share of what there is to gain.
func (s RoleScore) Lift() float64 {
	if s.Uniform >= 1 {
		return 0
	}
	return (s.Score - s.Uniform) / (1 - s.Uniform)
}

// Bounds of what names a head.
const (
	leastLift   = 0.3 // below it no role stands out
	diffuseFrom = 0.7 // entropy of a head that spreads
)

// ChooseRole returns the role that stands out: the one of the largest lift, if that is 0.3 at least, or else
// diffuse where the entropy is 0.7 or more, and mixed where it is not.
func ChooseRole(scores []RoleScore, entropy float64) string {
	role, best := RoleMixed, leastLift
	if entropy >= diffuseFrom {
		role = RoleDiffuse
	}
	for _, s := range scores {
		if lift := s.Lift(); lift >= best {
			role, best = s.Role, lift
		}
	}
	return role
}

// plainWords says what a head of a role does.
func plainWords(role string) string {
	switch role {
	case RolePrevious:
		return "looks at the token before"
	case RoleItself:
		return "looks at the token itself"
	case RoleFirst:
		return "looks at the first word of the sentence"
	case RoleSame:
		return "looks at an earlier mention of the same word"
	case RoleBoundary:
		return "rests on <s>, where the sentence begins"
	case RoleDiffuse:
		return "spreads its attention over all it sees"
	case RoleMixed:
		return "does several things, none of which stands out"
	}
	return "looks at the words that decide by the rule of " + role
}

// HeadsText writes what each head does, in plain words and with evidence.
func HeadsText(w io.Writer, heads []Head, o TextOptions) error {
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
			b.WriteString(indent(fmt.Sprintf("%s: %s -> %s %s", printable.Sentence(e.Text), spelling(e.Query), spelling(e.Key), share(e.Weight)), o))
		}
		for _, s := range h.Scores {
			if s.Lift() < leastLift {
				other = append(other, s.Role+" "+share(s.Score))
			}
		}
		other = append(other, "entropy "+share(h.Entropy))
		for line := range strings.Lines(indent("else: "+strings.Join(other, ", "), o)) {
			b.WriteString(faint(strings.TrimSuffix(line, "\n"), o.Color) + "\n")
		}
	}
	return write(w, &b)
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
func standingOut(h Head) []RoleScore {
	var list []RoleScore
	for _, s := range h.Scores {
		if s.Lift() >= leastLift {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b RoleScore) int { return cmp.Compare(b.Lift(), a.Lift()) })
	return list
}

// share prints a number of 0 to 1.
func share(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
