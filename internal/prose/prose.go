// Package prose says in sentences what follows from the numbers of a result. It knows no terminal and no page, which both show them:
//
//	for _, sentence := range prose.Why(y) {
//		fmt.Println(sentence)
//	}
package prose

import (
	"strconv"
	"strings"

	"attend/internal/printable"
)

// Ordinals returns for each item that is there more than once its number among the equal ones, from 1, in small digits; "" for others.
func Ordinals[T comparable](items []T) []string {
	count, seen := map[T]int{}, map[T]int{}
	for _, item := range items {
		count[item]++
	}
	numbers := make([]string, len(items))
	for i, item := range items {
		if count[item] > 1 {
			seen[item]++
			numbers[i] = strings.Map(func(r rune) rune { return r - '0' + '₀' }, strconv.Itoa(seen[item]))
		}
	}
	return numbers
}

// numbered spells tokens, those that occur more than once with their number.
func numbered(tokens []string) []string {
	words := make([]string, len(tokens))
	for i, token := range tokens {
		words[i] = printable.Token(token)
	}
	for i, number := range Ordinals(words) {
		words[i] += number
	}
	return words
}
