package attention_test

import (
	"testing"

	"attend/internal/attention"
)

func TestRankedPutsTheLargestEffectFirst(t *testing.T) {
	small, large, against := 0.5, 7.0, -1.0
	y := attention.Why{Words: []attention.WordEffect{{Word: "a", AttentionRemoved: &small}, {Word: "b"}, {Word: "c", AttentionRemoved: &large}, {Word: "d", AttentionRemoved: &against}, {Word: "e", AttentionRemoved: &small}}}
	var order string
	for _, c := range y.Ranked() {
		order += c.Word
	}
	if order != "caedb" || y.Words[0].Word != "a" {
		t.Errorf("order %s, first of the original %s", order, y.Words[0].Word)
	}
}
