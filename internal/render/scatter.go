package render

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/term"
)

// ScatterHeading is the title with how many there are.
func ScatterHeading(s attention.Scatter) string {
	return fmt.Sprintf("%d %s", len(s.Points), Spelling(s.Title))
}

// UnnamedNote says which points have no name in the picture.
func UnnamedNote(s attention.Scatter, unnamed []int) string {
	const most = 60 // names
	note := fmt.Sprintf("%d of %d dots have no space for a name:", len(unnamed), len(s.Points))
	if len(unnamed) == 1 {
		note = fmt.Sprintf("1 of %d dots has no space for a name:", len(s.Points))
	}
	slices.Sort(unnamed)
	for i, point := range unnamed {
		if i == most {
			return note + fmt.Sprintf(" and %d more", len(unnamed)-most)
		}
		note += " " + term.Fit(Spelling(s.Points[point].Name), WidestLabel)
	}
	return note
}

// ScatterCaption says what the axes are and what they leave out.
func ScatterCaption(s attention.Scatter) string {
	return fmt.Sprintf("across: component 1, %s of the variance; up: component 2, %s; together %s, the other %s is not shown",
		Percent(s.Share[0]), Percent(s.Share[1]), Percent(s.Share[0]+s.Share[1]), Percent(1-s.Share[0]-s.Share[1]))
}

// ScatterPlane is the picture's points scaled alike on both axes, so that distances keep their
// proportions: x from 0 to across and y, downwards, from 0 to down, the larger of them 1.
func ScatterPlane(s attention.Scatter) (points [][2]float64, across, down float64) {
	largest := 0.0
	for _, p := range s.Points {
		largest = max(largest, math.Abs(p.X), math.Abs(p.Y))
	}
	largest = cmp.Or(largest, 1)
	// Divided first: the difference of two huge numbers may not be finite.
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(-1), math.Inf(1)
	for _, p := range s.Points {
		left, right = min(left, p.X/largest), max(right, p.X/largest)
		bottom, top = min(bottom, p.Y/largest), max(top, p.Y/largest)
	}
	across, down = right-left, top-bottom
	span := cmp.Or(max(across, down), 1)
	for _, p := range s.Points {
		points = append(points, [2]float64{(p.X/largest - left) / span, (top - p.Y/largest) / span})
	}
	return points, across / span, down / span
}

// ByCrowd orders points so that those with many others close by come first: they have the fewest
// positions left to choose from. Of points that are as crowded the earlier comes first.
func ByCrowd(points [][2]float64) []int {
	// Neighbours are counted on a coarse grid, so that many points take no longer than few.
	const coarse = 12
	extent := 0.0
	for _, p := range points {
		extent = max(extent, p[0], p[1])
	}
	extent = cmp.Or(extent, 1)
	square := func(p [2]float64) (x, y int) { return int(p[0] / extent * coarse), int(p[1] / extent * coarse) }
	crowd := map[[2]int]int{} // points in a square and the eight around it
	order := make([]int, len(points))
	for i, p := range points {
		order[i] = i
		x, y := square(p)
		for i := range 9 {
			crowd[[2]int{x + i%3 - 1, y + i/3 - 1}]++
		}
	}
	around := func(i int) int {
		x, y := square(points[i])
		return crowd[[2]int{x, y}]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(around(b), around(a)) })
	return order
}
