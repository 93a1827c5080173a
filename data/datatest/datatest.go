// Package datatest draws random texts that are hard to split into tokens, for tests.
package datatest

import (
	"math/rand/v2"
	"strings"
	"unicode"

	"attend/internal/random"
)

// Scripts are the names of the scripts in which texts are drawn.
var Scripts = []string{"Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Devanagari", "Bengali", "Tamil",
	"Malayalam", "Thai", "Tibetan", "Ethiopic", "Mongolian", "Hangul", "Han", "Katakana", "Cherokee", "Kawi"}

// marked are the runes that join, separate, frame or vary others, and the punctuation marks that stand in words.
var marked = []string{
	"\u200c", "\u200d", "\u200c\u200c", "\u180e", "\u00ad", "\u2060", "\ufeff", "\u200b", "\u200e", "\u202b", "\u0640", "\u061c",
	"'", "’", "‘", "ʼ", "ʻ", "`", "´", "′", "՚", "＇", "\u1fbd", "-", "‐", "‑", "־", "－", "–", "·", "\u0387", "\"", "“", "”", "״", "׳",
	"\ufe0f", "\ufe0e", "\u20e3", "\u20dd", "\U000e0100", "\U000e0041", "\U000e007f", "\u0301", "\u0307", "\u0338", "\u0323", "\u0308",
	"σ", "ς", "Σ", "İ", "I\u0307", "i\u0307", "ı", "ſ", "ẞ", "ﬁ", "Ａ", "K", "Å", "①", "½", "²", "0", "7", "٣", "#", "*", ".", ",", "!", "(", "…",
	"\u1c89", "\ua7cb", "\U00010d50", "\U00016ea0", "\u09be", "\u0cd5", "\u0651", "\U000110a5", "\U000110ba", strings.Repeat("\u0301\u0323", 17),
	"\u0958", "\u1112\u1161\u11ab", "\u0344", "ŀ", "🇫", "🏴", "🏽", "❤", "→", "👩", "\ue000", "\x1b",
}

// emoji are those of several code points, and some of one.
var emoji = []string{"👨‍👩‍👧", "👩🏽‍⚕️", "🏳️‍🌈", "❤️‍🔥", "🇫🇷", "🇺🇳", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
	"👍🏽", "☝️🏿", "❤️", "❤︎", "✈️", "⛔", "1️⃣", "12️⃣", "#️⃣", "©️", "ℹ️", "㊗️", "😀", "\U0001fae9"}

// Texts returns n random texts, each of a few scripts, with joiners, emoji and marks. Equal seeds give equal texts.
func Texts(n int, seed uint64) []string {
	letters := make([][]rune, len(Scripts))
	for i, name := range Scripts {
		letters[i] = runes(unicode.Scripts[name])
	}
	r := random.New(seed, "hard text")
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		script := letters[r.IntN(len(letters))]
		for range 1 + r.IntN(12) {
			if r.IntN(6) == 0 {
				script = letters[r.IntN(len(letters))]
			}
			write(&b, r, script)
		}
		texts[i] = b.String()
	}
	return texts
}

// write adds a few letters of a script, and perhaps a mark, an emoji or a space.
func write(b *strings.Builder, r *rand.Rand, script []rune) {
	for range r.IntN(4) {
		b.WriteRune(script[r.IntN(len(script))])
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		b.WriteString(marked[r.IntN(len(marked))])
	case 3:
		b.WriteString(emoji[r.IntN(len(emoji))])
	case 4:
		b.WriteString([]string{" ", " ", " ", "\t", "\u00a0", "\u2003", "\u0085"}[r.IntN(7)])
	case 5:
		b.WriteString(marked[r.IntN(len(marked))] + marked[r.IntN(len(marked))])
	}
}

// runes returns the runes of a table, of a large script every 50th.
func runes(table *unicode.RangeTable) (all []rune) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.Is(table, r) {
			all = append(all, r)
		}
	}
	if len(all) > 5000 {
		for i := range len(all) / 50 {
			all[i] = all[50*i]
		}
		all = all[:len(all)/50]
	}
	return all
}
