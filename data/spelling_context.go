package data

import "slices"

// gapCounts are how often each white space is in a context.
type gapCounts [mostGaps]int

// most returns the most frequent white space, the first of equal ones.
func (c *gapCounts) most() int {
	most := 0
	for i, n := range c {
		if n > c[most] {
			most = i
		}
	}
	return most
}

func (c *gapCounts) total() (n int) {
	for _, of := range c {
		n += of
	}
	return n
}

// besideMarks counts the white space between each kind and words after or before it.
func (l *spellingCount) besideMarks() (after, before []gapCounts) {
	after, before = make([]gapCounts, len(l.names)), make([]gapCounts, len(l.names))
	for w, n := range l.windows {
		if markIn(l.names[w.b]) == 0 {
			after[w.a][w.gap] += n
		}
		if markIn(l.names[w.a]) == 0 {
			before[w.b][w.gap] += n
		}
	}
	return after, before
}

// spellingEntry is an entry of the statistics. Its gain is the number of tokens of the text that are written otherwise without it.
type spellingEntry struct {
	put     func(*statistics)
	level   int
	context string
	size    int
	gain    int
}

// contextEntry is an entry of a level of contexts.
func contextEntry(level int, context string, gap, gain int) spellingEntry {
	return spellingEntry{func(s *statistics) { (*s.levels()[level])[context] = gap }, level, context, len(context), gain}
}

// contextsOfKinds returns the contexts of kinds, from the least specific on: each whose most frequent white space is that of more
// places than what the less specific ones give. It leaves in the windows what all of them give.
func (l *spellingCount) contextsOfKinds() (entries []spellingEntry) {
	type place struct {
		names    window
		counts   gapCounts
		expected int
	}
	places := map[kindWindow]*place{} // by window without white space
	base := statistics{Gaps: l.gaps, After: map[string]int{}, Before: map[string]int{}}
	after, before := l.besideMarks()
	for side, counts := range [2][]gapCounts{after, before} {
		of := [2]map[string]int{base.After, base.Before}[side]
		for i, name := range l.names {
			if markIn(name) != 0 && counts[i].total() > 0 {
				of[name] = counts[i].most()
				entries = append(entries, spellingEntry{func(s *statistics) {
					[2]map[string]int{s.After, s.Before}[side][name] = of[name]
				}, 6 + side, name, len(name), counts[i].total()})
			}
		}
	}
	for w, n := range l.windows {
		gap := w.gap
		w.gap = 0
		p := places[w]
		if p == nil {
			p = &place{names: window{l.names[w.p], w.space, l.names[w.a], l.names[w.b], l.names[w.n]}}
			p.expected = slices.Index(l.gaps, base.gapOfMarks(p.names))
			places[w] = p
		}
		p.counts[gap] += n
	}
	for level := 5; level >= 2; level-- {
		contexts := map[string]*gapContext{}
		for _, p := range places {
			name := p.names.contexts()[level-2]
			if contexts[name] == nil {
				contexts[name] = new(gapContext)
			}
			contexts[name].add(p.counts, p.expected)
		}
		for name, c := range contexts {
			if c.gain() > 0 {
				entries = append(entries, contextEntry(level, name, c.most(), c.gain()))
			}
		}
		for _, p := range places {
			if c := contexts[p.names.contexts()[level-2]]; c.gain() > 0 {
				p.expected = c.most()
			}
		}
	}
	clear(l.windows)
	for w, p := range places {
		l.windows[w] = p.expected
	}
	return entries
}

// gapContext is what is counted in a context.
type gapContext struct {
	gapCounts
	wrong int // how often less specific contexts give another white space
}

func (c *gapContext) add(counts gapCounts, expected int) {
	for gap, n := range counts {
		c.gapCounts[gap] += n
	}
	c.wrong += counts.total() - counts[expected]
}

// gain returns how often the most frequent white space is right and what less specific contexts give is wrong, less the reverse.
func (c *gapContext) gain() int { return c.wrong - (c.total() - c.gapCounts[c.most()]) }

// keyContext is two keys, and the one before them or anyAtom.
type keyContext struct{ p, a, b int32 }

// contextsOfKeys returns the contexts of keys in which what less specific contexts give is wrong more often than their most frequent
// white space.
func (l *spellingCount) contextsOfKeys(texts Texts) (entries []spellingEntry) {
	contexts := map[keyContext]*gapContext{}
	chosen, start := l.chosen(texts), l.atom(kindStart)
	visit := func(each func(c keyContext, gap, expected int)) {
		for i, text := range texts.All() {
			if !chosen(i) {
				continue
			}
			l.read(text)
			for j := 1; j < len(l.row); j++ {
				w := l.window(j)
				gap := int(w.gap)
				w.gap = 0
				c := keyContext{start, l.row[j-1].atom, l.row[j].atom}
				if j > 1 {
					c.p = l.row[j-2].atom
				}
				if expected, ok := l.windows[w]; ok && gap != unknownGap && c.a != unknownAtom && c.b != unknownAtom {
					each(c, gap, expected)
				}
			}
		}
	}
	visit(func(c keyContext, gap, expected int) {
		for _, c := range c.both() {
			if gap != expected && c.p != unknownAtom && contexts[c] == nil && len(contexts) < mostUnusual {
				contexts[c] = new(gapContext)
			}
		}
	})
	if len(contexts) == 0 {
		return nil
	}
	visit(func(c keyContext, gap, expected int) {
		for _, c := range c.both() {
			if of := contexts[c]; of != nil {
				of.gapCounts[gap]++
				if gap != expected {
					of.wrong++
				}
			}
		}
	})
	names := l.atomNames()
	for c, of := range contexts {
		level, name := 1, names[c.a]+" "+names[c.b]
		if c.p != anyAtom {
			level, name = 0, names[c.p]+" "+name
			if pair := contexts[c.both()[1]]; pair != nil && pair.gain() > 0 {
				of.wrong = of.total() - of.gapCounts[pair.most()]
			}
		}
		if of.gain() > 0 {
			entries = append(entries, contextEntry(level, name, of.most(), of.gain()))
		}
	}
	return entries
}

// both returns the context and that of the two keys alone.
func (c keyContext) both() [2]keyContext { return [2]keyContext{c, {anyAtom, c.a, c.b}} }
