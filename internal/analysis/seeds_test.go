package analysis

import (
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestRecurringCountsLinks(t *testing.T) {
	c := attentiontest.Compared()
	links := Recurring([]attention.Map{c.A, c.B, c.A}, 0.6)
	want := []attention.RecurringLink{{Query: 1, Key: 0, Seeds: 3, Weight: 1}, {Query: 1, Key: 1, Seeds: 1, Weight: (0.5 + 0.75 + 0.5) / 3}}
	if len(links) != 2 || links[0] != want[0] || links[1].Seeds != 1 || links[1].Weight < 0.583 || links[1].Weight > 0.584 {
		t.Errorf("links %v, want %v", links, want)
	}
}
