package text

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// plainWords say what a head of a role does. All other roles are rules.
var plainWords = map[string]string{
	attention.RolePrevious: "attends to the token before",
	attention.RoleItself:   "attends to the token itself",
	attention.RoleFirst:    "attends to the first word of the sentence",
	attention.RoleSame:     "attends to an earlier mention of the same word",
	attention.RoleBoundary: "attends to <s>, the start of the sentence (an attention sink)",
	attention.RoleDiffuse:  "attends broadly to the words up to its own",
	attention.RoleMixed:    "has no single pattern",
}

// does says in plain words what a head of a role does.
func does(role string) string {
	return cmp.Or(plainWords[role], "attends to the cause words of the rule "+role)
}

// Heads writes what each head does, in plain words and with evidence.
func Heads(w io.Writer, heads []attention.Head, o Options) error {
	var b bytes.Buffer
	for i, h := range heads {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(o.title("layer %d, head %d: %s", h.Layer+1, h.Head+1, does(h.Role)))
		var named []attention.RoleScore // their lift is large enough for a name
		var other []string
		for _, s := range h.Scores {
			if s.StandsOut() {
				named = append(named, s)
			} else {
				other = append(other, s.Role+" "+rounded(s.Score))
			}
		}
		slices.SortStableFunc(named, func(a, b attention.RoleScore) int { return cmp.Compare(b.Lift(), a.Lift()) })
		for _, s := range named {
			begin := rounded(s.Score) + " of its attention goes there"
			if s.Role != h.Role {
				begin = "also " + does(s.Role) + ": " + rounded(s.Score)
			}
			b.WriteString(o.hanging("  ", "%s in %d cases; uniform attention: %s", begin, s.Cases, rounded(s.Uniform)))
		}
		if h.Effect != nil {
			b.WriteString(o.hanging("  ", "mean ablation %s", change(*h.Effect)))
		}
		for _, e := range h.Examples {
			b.WriteString(o.hanging("  ", "%s: %s -> %s %s",
				printable.Sentence(e.Text), render.Spelling(e.Query), render.Spelling(e.Key), rounded(e.Weight)))
		}
		other = append(other, "normalized entropy "+rounded(h.NormalizedEntropy))
		b.WriteString(term.Faint(o.hanging("  ", "other scores: %s", strings.Join(other, ", ")), o.Color))
	}
	return render.Write(w, &b)
}

// change says how mean ablation changes a loss.
func change(x float64) string {
	size := rounded(math.Abs(x))
	switch {
	case size == "0.00":
		return "changes the loss by less than 0.005 nats per token"
	case x < 0:
		return "lowers the loss by " + size + " nats per token"
	}
	return "raises the loss by " + size + " nats per token"
}
