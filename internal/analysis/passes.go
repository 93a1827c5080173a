package analysis

import "attend/internal/run"

// passes are the forward passes of interventions. The zero value computes each whole sentence.
type passes struct {
	// base is the sentence whose activations those of an intervention equal at positions before its from. Where this saves much,
	// an intervention is computed from that position on, with the keys and values of the base sentence; its results are the same
	// bit for bit. Its tokens before from must be those of the base sentence.
	base []int

	// lastOnly promises that interventions read results of the last token alone: its logits, and its activations in the last
	// block.
	lastOnly bool

	hookPoints []string // whose activations are read
}

// leastSaved is the smallest number of tokens that are computed in vain without the base sentence for which graphs with a base
// sentence are built. Building one takes as long as computing several hundred tokens.
const leastSaved = 4096

// forward computes interventions, as many in one run of the graph as fit. Without a base sentence they are computed in order.
// With one, those with from 0 are computed first, and those with equal numbers of tokens from `from` on are computed in order.
func (p passes) forward(r *run.Run, interventions []intervention) error {
	saved := 0
	for _, v := range interventions {
		saved += v.from
	}
	if saved < leastSaved || p.base == nil {
		whole := make([]intervention, len(interventions))
		for i, v := range interventions {
			whole[i] = v
			whole[i].from = 0
		}
		return p.in(r, nil, whole)
	}

	longest := len(p.base)
	var whole []intervention
	byTokens := map[int][]intervention{} // by the largest number of computed tokens of their graph
	for _, v := range interventions {
		longest = max(longest, len(v.ids))
		if v.from == 0 {
			whole = append(whole, v)
			continue
		}
		most := atMost(len(v.ids) - v.from)
		byTokens[most] = append(byTokens[most], v)
	}
	if len(whole) > 0 {
		if err := p.in(r, nil, whole); err != nil {
			return err
		}
	}
	base, err := r.NewSessionWith(run.SessionOptions{Batch: 1, Seq: longest, LastOnly: true})
	if err != nil {
		return err
	}
	defer base.Close()
	if err := base.Forward([][]int{p.base}, func(int, run.ForwardResult) error { return nil }); err != nil {
		return err
	}
	for most := atMost(longest); most > 0; most /= 4 {
		if list := byTokens[most]; len(list) > 0 {
			if err := p.in(r, base, list); err != nil {
				return err
			}
		}
	}
	return nil
}

// atMost returns the smallest power of 4 that is not below a number of tokens.
func atMost(tokens int) int {
	most := 1
	for most < tokens {
		most *= 4
	}
	return most
}

// batchLogits is the largest number of logits in one run of the graph, 8 MB: with a large vocabulary they are most of its memory.
const batchLogits = 1 << 21

// in computes interventions in order in one graph, with the keys and values of a base sentence or, with nil, without.
func (p passes) in(r *run.Run, base *run.Session, interventions []intervention) error {
	longest := 1
	inputs := make([]run.Input, len(interventions))
	for i, v := range interventions {
		longest = max(longest, len(v.ids)-v.from)
		inputs[i] = run.Input{IDs: v.ids, From: v.from, Edit: v.edit}
	}
	options := func(batch int) run.SessionOptions {
		return run.SessionOptions{Batch: batch, Seq: longest, LastOnly: p.lastOnly, Base: base}
	}
	batch := batchOf(len(interventions), longest, func(batch int) bool {
		return (p.lastOnly || batch*longest*r.Config.Vocab <= batchLogits) && r.CheckSessionWith(options(batch)) == nil
	})
	session, err := r.NewSessionWith(options(batch))
	if err != nil {
		return err
	}
	defer session.Close()
	if err := session.Request(p.hookPoints...); err != nil {
		return err
	}
	return session.ForwardFrom(inputs, func(i int, out run.ForwardResult) error {
		interventions[i].read(out)
		return nil
	})
}
