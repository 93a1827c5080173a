package data

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lowercase returns a text in lower case, rune by rune.
func lowercase(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.ToLowerSpecial(laterCapitals, text)
		}
	}
	return strings.ToLower(text)
}

// lowercaseSteps are the normalizers of lowercase. The first ones are for versions of Hugging Face's tokenizers that do not know
// the letters.
func lowercaseSteps() (steps []any) {
	for _, letters := range laterCapitals {
		for capital := rune(letters.Lo); capital <= rune(letters.Hi); capital++ {
			steps = append(steps, replace("String", string(capital), string(laterCapitals.ToLower(capital))))
		}
	}
	return append(steps, object{"type": "Lowercase"})
}

// withoutLaterCapitals returns a normalizer without the steps for laterCapitals, and whether it has them. The tokenizer.json of an
// earlier version has none of them, since that version kept these letters as they are.
func withoutLaterCapitals(normalizer any) (any, bool) {
	of, ok := normalizer.(object)
	if !ok {
		return normalizer, false
	}
	all, _ := of["normalizers"].([]any)
	later := lowercaseSteps()
	later = later[:len(later)-1]
	left := slices.DeleteFunc(slices.Clone(all), func(step any) bool {
		return slices.ContainsFunc(later, func(l any) bool { return reflect.DeepEqual(step, l) })
	})
	return sequence(left...), len(left) < len(all)
}

// laterCapitals are the letters that have a lower case since Unicode 16 or 17.
var laterCapitals = unicode.SpecialCase{
	lowerBy(0x1c89, 0x1c89, 1), lowerBy(0xa7cb, 0xa7cb, 0x264-0xa7cb), lowerBy(0xa7cc, 0xa7cc, 1), lowerBy(0xa7ce, 0xa7ce, 1),
	lowerBy(0xa7d2, 0xa7d2, 1), lowerBy(0xa7d4, 0xa7d4, 1), lowerBy(0xa7da, 0xa7da, 1), lowerBy(0xa7dc, 0xa7dc, 0x19b-0xa7dc),
	lowerBy(0x10d50, 0x10d65, 0x20), lowerBy(0x16ea0, 0x16eb8, 0x1b),
}

// lowerBy is the case of letters whose lower case is distance code points away.
func lowerBy(low, high uint32, distance rune) unicode.CaseRange {
	return unicode.CaseRange{Lo: low, Hi: high, Delta: [unicode.MaxCase]rune{unicode.LowerCase: distance}}
}
