package render

import (
	"cmp"
	"slices"
)

// Link is a key that one query looks at, and the weight it gives it.
type Link struct {
	Key    int
	Weight float64 // 0 to 1
}

// Links are the keys of one query row, the largest weight first and, among
// equals, the earlier key first: at most as many as asked for, or every one
// where most is 0 or less. Keys without weight, as those after the query, are
// no links.
func Links(row []float64, most int) []Link {
	var links []Link
	for k, weight := range row {
		if weight > 0 {
			links = append(links, Link{k, weight})
		}
	}
	slices.SortStableFunc(links, func(a, b Link) int { return cmp.Compare(b.Weight, a.Weight) })
	if most > 0 && len(links) > most {
		links = links[:most]
	}
	return links
}
