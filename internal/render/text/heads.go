package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/prose"
	"attend/internal/render"
	"attend/internal/term"
)

// Tokens says what the tokens of a run are.
type Tokens prose.Tokens

const (
	shownOffsets = 10   // whose mean attention is shown
	shownAlso    = 4    // roles that stand out besides that of the name
	mixedRoles   = 3    // that a head without a name is described by
	shownFrom    = 0.05 // the smallest of the other scores that are shown
)

// Heads writes what each head does, in plain words and with evidence.
func Heads(w io.Writer, heads []attention.Head, tokens Tokens, o Options) error {
	var b bytes.Buffer
	for i, h := range heads {
		if i > 0 {
			b.WriteByte('\n')
		}
		tokens.writeHead(&b, h, o)
	}
	if len(heads) > 0 {
		h := heads[0]
		b.WriteByte('\n')
		deviation := ""
		if h.EffectError != nil {
			deviation = "; ± is the standard error over sentences"
		}
		b.WriteString(term.Faint(o.paragraph("Scores: over %s. Ablation: over %s%s.", printable.Count(h.Tokens, tokens.Noun),
			printable.Count(h.AblatedTokens, "predicted token"), deviation), o.Color))
	}
	return render.Write(w, &b)
}

// writeHead writes one head.
func (t Tokens) writeHead(b *bytes.Buffer, h attention.Head, o Options) {
	named := h.Named >= 0
	b.WriteString(o.title("layer %d, head %d: %s", h.Layer+1, h.Head+1, prose.Tokens(t).Does(h)))

	order := make([]int, len(h.Scores)) // by evidence
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(h.Scores[j].Evidence(), h.Scores[i].Evidence()) })
	var also, other []string
	if named {
		b.WriteString(o.hanging("  ", "%s", t.evidence(h)))
	}
	for n, i := range order {
		s := h.Scores[i]
		switch {
		case i == h.Named:
		case s.StandsOut() && len(also) < shownAlso || h.Role == attention.RoleMixed && n < mixedRoles:
			also = append(also, t.keys(s)+" "+printable.Rounded(value(s)))
		case value(s) >= shownFrom:
			other = append(other, t.keys(s)+" "+printable.Rounded(value(s)))
		}
	}
	switch {
	case len(also) > 0 && named:
		b.WriteString(o.hanging("  ", "also %s", strings.Join(also, "; ")))
	case len(also) > 0:
		b.WriteString(o.hanging("  ", "its largest parts: %s", strings.Join(also, "; ")))
	}
	if h.Effect != nil {
		b.WriteString(o.hanging("  ", "effect of ablation on the loss: %s", effects(h)))
	}
	for _, e := range h.Examples {
		cost := ""
		if e.Cost != nil {
			cost = fmt.Sprintf(" (ablation costs %s)", printable.Rounded(*e.Cost))
		}
		b.WriteString(o.hanging("  ", "\"%s\": %s -> %s %s%s", term.Isolated(printable.Sentence(e.Text)),
			printable.Quote(render.Spelling(e.Query)), printable.Quote(render.Spelling(e.Key)), printable.Rounded(e.Weight), cost))
	}
	var faint []string
	if len(h.ByOffset) > 0 {
		var weights []string
		for _, w := range h.ByOffset[:min(shownOffsets, len(h.ByOffset))] {
			weights = append(weights, printable.Rounded(w))
		}
		offsets := strings.Join([]string{"0", "1", "2", "..."}[:min(4, len(weights))], ", ")
		faint = append(faint, fmt.Sprintf("attention %s %ss before: %s", offsets, t.Noun, strings.Join(weights, " ")))
	}
	if c := h.Copying; c != nil {
		faint = append(faint, fmt.Sprintf("copying: raises the logit of the %s attended to for %.0f %% of %s "+
			"(by %s standard deviations in the mean)", t.Noun, 100*c.Share, printable.Count(c.Tokens, t.Noun), printable.Rounded(c.Mean)))
	}
	faint = append(faint, "other scores: "+strings.Join(append(other, "normalized entropy "+printable.Rounded(h.NormalizedEntropy)), "; "))
	for _, line := range faint {
		b.WriteString(term.Faint(o.hanging("  ", "%s", line), o.Color))
	}
}

// value is the score that is shown for a role: the weighted one, if there is one.
func value(s attention.RoleScore) float64 {
	if s.Weighted != nil {
		return *s.Weighted
	}
	return s.Score
}

// evidence says by which numbers a head has its name, with the controls.
func (t Tokens) evidence(h attention.Head) string {
	s := h.Scores[h.Named]
	var text string
	uniform, random := s.Uniform, s.Random
	if s.Weighted != nil {
		text = fmt.Sprintf("%s of its attention where ablating it costs most (at %s of %s); %s over all tokens", printable.Rounded(*s.Weighted),
			printable.Thousands(h.CostlyTokens), printable.Count(h.MeasuredTokens, t.Noun), printable.Rounded(s.Share))
		uniform, random = *s.WeightedUniform, s.WeightedRandom
	} else {
		text = fmt.Sprintf("%s of its attention in %s; %s over all tokens", printable.Rounded(s.Score), printable.Count(s.Cases, "case"),
			printable.Rounded(s.Share))
	}
	text += "; uniform attention " + printable.Rounded(uniform)
	if random != nil {
		text += fmt.Sprintf(", random %ss %s", t.Noun, printable.Rounded(*random))
		if less := *random-uniform < (value(s)-uniform)/2; less && s.Positional() {
			text += fmt.Sprintf(": the %ss matter, not the position alone", t.Noun)
		} else if less && !s.Rule {
			text += fmt.Sprintf(": the %ss matter, not the repetition alone", t.Noun)
		}
	}
	return text
}

// effects says how much the ablations of a head raise the loss.
func effects(h attention.Head) string {
	of := func(kind string, effect, err *float64) string {
		s := printable.Rounded(*effect)
		if err != nil {
			s += " ± " + printable.Rounded(*err)
		}
		return s + " (" + kind + ")"
	}
	text := of("mean", h.Effect, h.EffectError)
	if h.Resample != nil {
		text += " or " + of("resample", h.Resample, h.ResampleError)
	}
	return text + " nats per token"
}

// keys says in plain words which keys a role means.
func (t Tokens) keys(s attention.RoleScore) string { return prose.Tokens(t).Keys(s) }
