package play

import (
	"math"
	"strings"
	"testing"

	"attend/internal/analysis"
)

// Each preset does what it says: the good ones learn more than counting, the bad ones go wrong in their way.
func TestPresets(t *testing.T) {
	if testing.Short() {
		t.Skip("trains five models")
	}
	for _, p := range presets() {
		t.Run(p.Name, func(t *testing.T) {
			c := talk(t)
			state := ask[State](c, "configure", object{"preset": p.Name})
			if state.Sentence != p.Sentence || p.Good != (p.Name != "memorised" && p.Name != "diverges") {
				t.Errorf("sentence %q, good %t", state.Sentence, p.Good)
			}
			progress := ask[Progress](c, "step", object{"updates": mostUpdates})
			if progress.Stopped != "steps" || progress.Step != state.Steps || progress.Map == nil {
				t.Fatalf("stopped %q at step %d", progress.Stopped, progress.Step)
			}
			verdict := ask[VerdictResult](c, "verdict", nil)
			bigram := state.Baselines[2]
			if bigram.Name != "bigram" {
				t.Fatalf("baseline %+v", bigram)
			}
			words := strings.Join(verdict.Words, " ")
			switch {
			case p.Good && (*progress.HeldOut > bigram.Loss-0.3 || verdict.Kind != analysis.Learned && verdict.Kind != analysis.StillImproving):
				t.Errorf("held-out loss %g, bigram %g: %s", *progress.HeldOut, bigram.Loss, words)
			case p.Name == "memorised" && (verdict.Kind != analysis.Overfitted || !strings.Contains(words, "It memorised training text")):
				t.Errorf("%s: %s", verdict.Kind, words)
			case p.Name == "diverges" && verdict.Kind != analysis.Diverged:
				t.Errorf("%s: %s", verdict.Kind, words)
			}
			if bad := !p.Good; bad != (len(verdict.Remedies) == 1 && verdict.Remedies[0].Settings != nil) {
				t.Errorf("remedies %+v", verdict.Remedies)
			}
			next := progress.Map.Next[0]
			switch p.Name {
			case "savanna":
				if next.Word != "river" || next.Probability < 0.98 {
					t.Errorf("next %+v", next)
				}
				checkSavanna(c)
			case "rhyme":
				if next.Word != "moo" || next.Probability < 0.9 {
					t.Errorf("next %+v", next)
				}
			}
		})
	}
}

// checkSavanna checks what is said about the savanna, once it is trained.
func checkSavanna(c *conversation) {
	t := c.t
	t.Helper()
	plain := ask[Shown](c, "show", object{"sentence": "The lion saw the zebra near the"})
	removed := ask[Shown](c, "show", object{"interventions": []object{{"layer": -1, "head": -1, "query": 7, "key": 5}}, "vectors": true})
	e := removed.Effect
	if plain.Effect != nil || e == nil || e.Word != "river" || e.Position != 7 || e.Before < 0.98 || e.After > 0.5 || e.Nats < e.NoiseFloor {
		t.Fatalf("effect %+v", e)
	}
	for _, part := range []string{`The probability of "river" falls from 99.`, "above the noise floor of 0.1"} {
		if !strings.Contains(e.Words, part) {
			t.Errorf("words %q, want %q in them", e.Words, part)
		}
	}
	if math.Abs(removed.AfterNext[0]-e.After) > 1e-6 {
		t.Errorf("after the interventions %g, the effect has %g", removed.AfterNext[0], e.After)
	}
	compared := 0
	for position, before := range removed.PlainNextAt {
		for i, p := range before {
			for _, now := range removed.Map.NextAt[position] {
				if now.Word == p.Word {
					compared++
					if math.Abs(removed.AfterNextAt[position][i]-now.Probability) > 1e-6 {
						t.Errorf("position %d, %s: %g, the map has %g", position, p.Word, removed.AfterNextAt[position][i], now.Probability)
					}
				}
			}
		}
	}
	if compared < 7*mostNextAt {
		t.Errorf("%d probabilities with interventions could be compared", compared)
	}
	for head := range removed.Map.Attention[0] {
		row := removed.Map.Attention[0][head][7]
		sum := float32(0)
		for _, weight := range row {
			sum += weight
		}
		if row[5] != 0 || sum < 0.9999 || sum > 1.0001 || len(removed.Map.Vectors[0][head].Value) != 8 {
			t.Errorf("head %d: row %v", head, row)
		}
	}
	ablated := ask[Shown](c, "show", object{"interventions": []object{{"layer": 0, "head": 2}}})
	if ablated.Effect == nil || ablated.Map.Attention[0][2][7][5] != plain.Map.Attention[0][2][7][5] {
		t.Errorf("zero ablation: effect %+v", ablated.Effect)
	}
	early := ask[Shown](c, "show", object{"interventions": []object{{"layer": -1, "head": -1, "query": 3, "key": 2}}})
	if early.Effect.Position != 3 || math.Abs(early.Effect.Before-early.PlainNextAt[3][0].Probability) > 1e-6 || !closeTo(early.Map.Next, plain.Map.Next) {
		t.Errorf("one query of a single layer: effect %+v, next %v and %v", early.Effect, early.Map.Next[0], plain.Map.Next[0])
	}
	ask[Shown](c, "show", object{})

	why := ask[WhyResult](c, "why", object{})
	if why.Target != "river" || len(why.Paragraphs) == 0 || !strings.Contains(why.Paragraphs[0], `"zebra"`) || why.Rule != "place" {
		t.Errorf("why %q: %q", why.Target, why.Paragraphs)
	}
	cards := ask[[]HeadCard](c, "heads", nil)
	named := 0
	for _, card := range cards {
		if card.Sentence != "" && card.Evidence > 0.3 && len(card.Examples) > 0 {
			named++
		}
	}
	if len(cards) != 4 || named < 2 {
		t.Errorf("heads %+v", cards)
	}
	texts := ask[Completed](c, "complete", object{"prompt": "the lion saw", "temperature": 0, "seed": 1, "count": 2}).Texts
	if len(texts) != 2 || texts[0] != texts[1] || !strings.HasPrefix(texts[0], "the lion saw the ") {
		t.Errorf("texts %q", texts)
	}
}
