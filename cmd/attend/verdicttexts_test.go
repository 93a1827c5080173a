package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"attend/internal/random"
)

// A textMaker makes a text, the same each time. It returns nothing where the text is not available.
type textMaker func() string

// sentencesBy makes a text of sentences, each drawn by its own generator.
func sentencesBy(what string, seed uint64, n int, draw func(*rand.Rand) string) textMaker {
	return func() string {
		var b strings.Builder
		for i := range n {
			b.WriteString(draw(random.New(seed, what, uint64(i))))
			b.WriteByte('\n')
		}
		return b.String()
	}
}

// wordNamed returns the name of word i: equal numbers, equal names; different numbers, different names.
func wordNamed(i int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for range 2 {
		b.WriteByte(consonants[i%len(consonants)])
		i /= len(consonants)
		b.WriteByte(vowels[i%len(vowels)])
		i /= len(vowels)
	}
	if i > 0 {
		fmt.Fprint(&b, i)
	}
	return b.String()
}

// oneOf returns one of the texts.
func oneOf(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// chain makes a text of a bigram chain. After each word `next` words are possible, each of equal probability, or each a third as
// probable as the one before it; a sentence ends after each word with probability 1/8.
func chain(seed uint64, words, next, sentences int, equal bool) textMaker {
	follow := make([][]int, words+1) // the last is the beginning
	for i := range follow {
		follow[i] = random.New(seed, "followers", uint64(i)).Perm(words)[:next]
	}
	return sentencesBy("chain", seed, sentences, func(r *rand.Rand) string {
		at, b := words, []string(nil)
		for len(b) == 0 || r.IntN(8) > 0 && len(b) < 40 {
			k := 0
			if equal {
				k = r.IntN(next)
			} else {
				for k < next-1 && r.IntN(3) == 0 {
					k++
				}
			}
			at = follow[at][k]
			b = append(b, wordNamed(at))
		}
		return strings.Join(b, " ")
	})
}

// noise makes a text of sentences whose words are drawn independently, each with equal probability.
func noise(seed uint64, words, length, sentences int) textMaker {
	return sentencesBy("noise", seed, sentences, func(r *rand.Rand) string {
		b := make([]string, length)
		for i := range b {
			b[i] = wordNamed(r.IntN(words))
		}
		return strings.Join(b, " ")
	})
}

// pairs makes a text of a chain of order two: two words drawn independently, then after each two words one of `next`, drawn by
// both of them.
func pairs(seed uint64, words, next, length, sentences int) textMaker {
	return sentencesBy("pairs", seed, sentences, func(r *rand.Rand) string {
		b := make([]string, length)
		var before, last int
		for i := range b {
			w := r.IntN(words)
			if i >= 2 {
				w = random.New(seed, "pair", uint64(before), uint64(last), uint64(r.IntN(next))).IntN(words)
			}
			b[i], before, last = wordNamed(w), last, w
		}
		return strings.Join(b, " ")
	})
}

// repeated makes a text of sentences that say a sequence of words twice.
func repeated(seed uint64, words, length, sentences int) textMaker {
	return sentencesBy("repeated", seed, sentences, func(r *rand.Rand) string {
		b := make([]string, length)
		for i := range b {
			b[i] = wordNamed(r.IntN(words))
		}
		once := strings.Join(b, " ")
		return once + " " + once
	})
}

// mirrored makes a text of sentences whose second half is the first in reverse.
func mirrored(seed uint64, words, length, sentences int) textMaker {
	return sentencesBy("mirrored", seed, sentences, func(r *rand.Rand) string {
		b := make([]string, 2*length+1)
		b[length] = "|"
		for i := range length {
			b[i] = wordNamed(r.IntN(words))
			b[2*length-i] = b[i]
		}
		return strings.Join(b, " ")
	})
}

// counting makes a text of sentences that count on from a random number in steps of 1 to most, such as "4 7 10 13".
func counting(seed uint64, top, most, length, sentences int) textMaker {
	return sentencesBy("counting", seed, sentences, func(r *rand.Rand) string {
		by := 1 + r.IntN(most)
		from := r.IntN(top - by*(length-1))
		b := make([]string, length)
		for i := range b {
			b[i] = fmt.Sprint(from + i*by)
		}
		return strings.Join(b, " ")
	})
}

// sums makes a text of sums modulo a number, such as "9 + 4 = 2".
func sums(seed uint64, modulus, sentences int) textMaker {
	return sentencesBy("sums", seed, sentences, func(r *rand.Rand) string {
		a, b := r.IntN(modulus), r.IntN(modulus)
		return fmt.Sprintf("%d + %d = %d", a, b, (a+b)%modulus)
	})
}

// dates makes a text of dates with their season, such as "17 march 1954 spring".
func dates(seed uint64, sentences int) textMaker {
	months := strings.Fields("january february march april may june july august september october november december")
	seasons := strings.Fields("winter spring summer autumn")
	return sentencesBy("dates", seed, sentences, func(r *rand.Rand) string {
		m := r.IntN(12)
		return fmt.Sprintf("%d %s %d %s", 1+r.IntN(28), months[m], 1900+r.IntN(100), seasons[(m+1)/3%4])
	})
}

// errands makes a text of a template whose later words follow from earlier ones: who, what and where are said twice.
func errands(seed uint64, people, things, sentences int) textMaker {
	return sentencesBy("errands", seed, sentences, func(r *rand.Rand) string {
		who, what := wordNamed(r.IntN(people)), wordNamed(1000+r.IntN(things))
		place := oneOf(r, "market", "harbour", "station", "mill")
		return fmt.Sprintf("%s needs a %s so %s goes to the %s and %s %s at the %s", who, what, who, place,
			oneOf(r, "buys", "finds", "sells"), what, place)
	})
}

// clauses makes a text of a grammar with relative clauses in which the verb agrees with a noun that can be far from it.
func clauses(seed uint64, nouns, verbs, sentences int) textMaker {
	return sentencesBy("clauses", seed, sentences, func(r *rand.Rand) string {
		var subject func(depth int) (string, bool)
		verb := func(plural bool) string {
			v := wordNamed(2000 + r.IntN(verbs))
			if !plural {
				v += "s"
			}
			return v
		}
		subject = func(depth int) (string, bool) {
			plural := r.IntN(2) == 0
			noun, article := wordNamed(r.IntN(nouns)), oneOf(r, "the", "a", "every")
			if plural {
				noun, article = noun+"i", oneOf(r, "the", "some", "many")
			}
			if r.IntN(3) == 0 {
				article += " " + oneOf(r, "old", "small", "green", "quiet")
			}
			if depth > 0 && r.IntN(2) == 0 {
				other, _ := subject(depth - 1)
				return article + " " + noun + " that " + verb(plural) + " " + other, plural
			}
			return article + " " + noun, plural
		}
		s, plural := subject(1)
		o, _ := subject(0)
		return s + " " + verb(plural) + " " + o
	})
}

// verse makes a text of verses, each of its own words, with a refrain of two lines after every fourth line.
func verse(seed uint64, words, verses int) textMaker {
	return func() string {
		var b strings.Builder
		each := noise(seed, words, 6, 4*verses)()
		for i, line := range strings.Split(strings.TrimSpace(each), "\n") {
			fmt.Fprintln(&b, line)
			if i%4 == 3 {
				b.WriteString("sing of the river that runs to the sea\nsing of the harbour and sing it with me\n")
			}
		}
		return b.String()
	}
}

// again makes a text of copies of another.
func again(times int, text textMaker) textMaker {
	return func() string { return strings.Repeat(text(), times) }
}

// brackets makes a text of nested brackets of three kinds, without spaces.
func brackets(seed uint64, most, sentences int) textMaker {
	return sentencesBy("brackets", seed, sentences, func(r *rand.Rand) string {
		var b strings.Builder
		var open []byte
		for n := 0; n < most || len(open) > 0; n++ {
			if n < most && (len(open) == 0 || r.IntN(2) == 0) {
				k := r.IntN(3)
				b.WriteByte("([{"[k])
				open = append(open, ")]}"[k])
			} else {
				b.WriteByte(open[len(open)-1])
				open = open[:len(open)-1]
			}
		}
		return b.String()
	})
}

// letters makes a text of one line of letters, each drawn by the one before it.
func letters(seed uint64, alphabet, next, length int) textMaker {
	return func() string {
		r := random.New(seed, "letters")
		follow := make([][]int, alphabet)
		for i := range follow {
			follow[i] = r.Perm(alphabet)[:next]
		}
		b, at := make([]byte, length), 0
		for i := range b {
			k := 0
			for k < next-1 && r.IntN(2) == 0 {
				k++
			}
			at = follow[at][k]
			b[i] = 'a' + byte(at)
		}
		return string(b) + "\n"
	}
}

// shakespeare returns the beginning of a text that is not part of the project, in the file that the environment variable
// ATTEND_SHAKESPEARE names; nothing where there is none.
func shakespeare(length int) textMaker {
	return func() string {
		b, err := os.ReadFile(os.Getenv("ATTEND_SHAKESPEARE"))
		if err != nil {
			return ""
		}
		return string(b[:min(length, len(b))])
	}
}
