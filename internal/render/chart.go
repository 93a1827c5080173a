package render

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"attend/internal/printable"
)

// Chart is a picture of quantities over another one: curves, bands around them, marked points, and levels. The renderers draw all
// of it from [Chart.Extents], [Series.Pieces], [Chart.ShownLevels] and [Chart.Captions].
type Chart struct {
	Title  string
	X, Y   Axis
	Series []Series
	Levels []Level
	Thick  string   // what the curves that are not thin show, where thin ones of their style show something else; may be empty
	Thin   string   // what the thin curves show
	Notes  []string // sentences below the picture
}

// Axis is what an axis shows.
type Axis struct {
	Title string
	Log   bool // equal ratios have equal distances
}

// Series is one curve.
type Series struct {
	Name   string     // in the legend; "": the curve has no line there
	Detail string     // follows the name
	Style  int        // from 0: its colour, dashes and letter, which curves of one thing share
	Thin   bool       // less important than the others of its style
	Points []Point    // x rises
	Band   []Interval // around each point; nil: none
	Marks  []Mark
}

// Point is one point of a curve.
type Point struct{ X, Y float64 }

// Interval is the ends of a band at one point.
type Interval struct{ Low, High float64 }

// Mark is a point of a curve that stands out, and why.
type Mark struct {
	Point
	Name string
}

// Level is a value that curves are compared with: a line across the picture.
type Level struct {
	Name     string
	Y        float64
	Style    int  // of the curves that it is for; [AllStyles]: all
	Optional bool // drawn only if the curves come that far
}

// AllStyles is the style of a level for all curves.
const AllStyles = -1

// mostPoints is how many points the curves of a chart may have together.
const mostPoints = 2000000

// Validate reports whether a chart can be drawn: at least one curve has two points or more, all have at most two million, every
// number is finite and no larger than a float32 can be, x rises in each curve, a band has an interval for each point, and a
// logarithmic axis has a number above 0.
func (c Chart) Validate() error {
	drawable := func(list ...float64) bool {
		return !slices.ContainsFunc(list, func(x float64) bool { return !(math.Abs(x) <= math.MaxFloat32) })
	}
	most, all := 0, 0
	for i, s := range c.Series {
		most, all = max(most, len(s.Points)), all+len(s.Points)
		if s.Style < 0 {
			return fmt.Errorf("curve %d has the style %d: styles count from 0", i, s.Style)
		}
		if s.Band != nil && len(s.Band) != len(s.Points) {
			return fmt.Errorf("curve %d has %d points and a band of %d", i, len(s.Points), len(s.Band))
		}
		for j, p := range s.Points {
			if !drawable(p.X, p.Y) || j > 0 && p.X <= s.Points[j-1].X {
				return fmt.Errorf("curve %d: point %d, (%v, %v), must be finite and to the right of the one before", i, j, p.X, p.Y)
			}
			if s.Band != nil && !(drawable(s.Band[j].Low, s.Band[j].High) && s.Band[j].Low <= s.Band[j].High) {
				return fmt.Errorf("curve %d: the band at point %d, %v to %v, must be finite and rise",
					i, j, s.Band[j].Low, s.Band[j].High)
			}
		}
		for _, m := range s.Marks {
			if !drawable(m.X, m.Y) {
				return fmt.Errorf("curve %d: the mark at (%v, %v) must be finite", i, m.X, m.Y)
			}
		}
	}
	for _, l := range c.Levels {
		if !drawable(l.Y) {
			return fmt.Errorf("the level is %v and must be finite", l.Y)
		}
	}
	switch {
	case most < 2:
		return errors.New("a curve requires two points, and none has them")
	case all > mostPoints:
		return fmt.Errorf("%s points do not fit one picture, which holds %s", printable.Thousands(all), printable.Thousands(mostPoints))
	case c.X.Log && !c.some(func(p Point) bool { return p.X > leastLog }):
		return fmt.Errorf("no %s is above 0, as a logarithmic axis requires: draw it linear", printable.Sentence(c.X.Title))
	case c.Y.Log && !c.some(func(p Point) bool { return p.Y > leastLog }):
		return fmt.Errorf("no %s is above 0, as a logarithmic axis requires: draw it linear", printable.Sentence(c.Y.Title))
	}
	return nil
}

// some reports whether a point is so.
func (c Chart) some(so func(Point) bool) bool {
	return slices.ContainsFunc(c.Series, func(s Series) bool { return slices.ContainsFunc(s.Points, so) })
}

// Extents returns the part of the axes that the picture shows. x goes from the first to the last point. y holds all curves, but
// of a chart with several styles not those that rise far above the others, see [Chart.Captions].
func (c Chart) Extents() (x, y Extent) {
	left, right := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, p := range s.Points {
			if !c.X.Log || p.X > leastLog {
				left, right = min(left, p.X), max(right, p.X)
			}
		}
	}
	low, high := c.shownRange()
	return newExtent(left, right, c.X.Log, false), newExtent(low, high, c.Y.Log, true)
}

// leastLog is below the numbers that a logarithmic axis shows.
const leastLog = 1e-30

// shownRange returns the smallest and the largest y that is shown. On a logarithmic axis only numbers above leastLog count.
func (c Chart) shownRange() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	limit := c.limit()
	include := func(y float64) {
		if !c.Y.Log || y > leastLog {
			low, high = min(low, y), max(high, y)
		}
	}
	for _, s := range c.Series {
		if len(s.Points) == 0 {
			continue
		}
		if s.highest() > limit {
			if s.Points[0].Y <= limit {
				include(s.Points[0].Y)
			}
			continue
		}
		for i, p := range s.Points {
			include(p.Y)
			if s.Band != nil {
				include(s.Band[i].Low)
				include(min(s.Band[i].High, limit))
			}
		}
	}
	for _, l := range c.Levels {
		if !l.Optional {
			include(l.Y)
		}
	}
	return low, high
}

// highest returns the largest y of a curve.
func (s Series) highest() float64 {
	highest := math.Inf(-1)
	for _, p := range s.Points {
		highest = max(highest, p.Y)
	}
	return highest
}

// limit returns how high a curve may rise to be shown as a whole: four times the largest of what the curves begin with, or of
// their medians where these are lower. A training that diverges begins as the others do. A chart of one style has no limit.
func (c Chart) limit() float64 {
	const above = 4
	usual, styles := 0.0, map[int]bool{}
	for _, s := range c.Series {
		styles[s.Style] = true
		if len(s.Points) == 0 {
			continue
		}
		var sorted []float64
		for _, p := range s.Points {
			sorted = append(sorted, p.Y)
		}
		slices.Sort(sorted)
		usual = max(usual, min(s.Points[0].Y, sorted[len(sorted)/2]))
	}
	if len(styles) < 2 || usual == 0 {
		return math.Inf(1)
	}
	return above * usual
}

// Captions returns the sentences below the picture: what its marks and its thick and thin curves are, the notes, and for each
// style whose curves leave the picture at its top how high they rise, and where.
func (c Chart) Captions(y Extent) (captions []string) {
	for _, s := range c.Series {
		for _, m := range s.Marks {
			if caption := "● " + m.Name; !slices.Contains(captions, caption) {
				captions = append(captions, caption)
			}
		}
	}
	if c.Thick != "" && c.Thin != "" {
		captions = append(captions, "thick: "+c.Thick+"; thin: "+c.Thin)
	}
	captions = append(captions, c.Notes...)
	highest := map[int]Point{}
	names, order := map[int]string{}, []int{}
	for _, s := range c.Series {
		names[s.Style] = cmp.Or(names[s.Style], s.Name)
		for _, p := range s.Points {
			if p.Y <= y.High {
				continue
			}
			if before, is := highest[s.Style]; !is {
				order = append(order, s.Style)
				highest[s.Style] = p
			} else if p.Y > before.Y {
				highest[s.Style] = p
			}
		}
	}
	for _, style := range order {
		p := highest[style]
		captions = append(captions, fmt.Sprintf("%s rises to %s at %s %s, above the picture",
			cmp.Or(names[style], "a curve"), Significant(p.Y), c.X.Title, tickText(p.X)))
	}
	return captions
}

// Spread returns the ratio of the largest to the smallest y above 0 that the picture shows.
func (c Chart) Spread() float64 {
	c.Y.Log = true
	low, high := c.shownRange()
	return high / low
}

// ShownLevels returns the levels that the picture shows, from the highest.
func (c Chart) ShownLevels(y Extent) []Level {
	shown := slices.DeleteFunc(slices.Clone(c.Levels), func(l Level) bool {
		part := y.Part(l.Y)
		return !(part >= 0 && part <= 1)
	})
	slices.SortStableFunc(shown, func(a, b Level) int { return cmp.Compare(b.Y, a.Y) })
	return shown
}

// Text is a level as it is written beside its line.
func (l Level) Text() string { return printable.Sentence(l.Name) + " " + Decimals(l.Y) }

// Decimals writes a number with three decimals, or a large one with three significant digits.
func Decimals(x float64) string {
	if math.Abs(x) < 1e4 {
		return fmt.Sprintf("%.3f", x)
	}
	return Significant(x)
}

// Pieces returns where a curve lies in the picture, as [Extent.Part] has it: from 0 at the left and the bottom to 1 at the
// right and the top. It has several pieces if it leaves the picture in between.
func (s Series) Pieces(x, y Extent) (pieces [][]Point) {
	var piece []Point
	end := func() {
		if len(piece) > 0 {
			pieces = append(pieces, piece)
		}
		piece = nil
	}
	within := func(p Point) bool { return p.Y >= 0 && p.Y <= 1 }
	var before *Point
	for _, p := range s.Points {
		if !x.Shows(p.X) {
			continue
		}
		now := Point{x.Part(p.X), y.Part(p.Y)}
		if before != nil {
			for _, edge := range crossings(*before, now) {
				piece = append(piece, edge)
				if len(piece) > 1 && !within(now) {
					end()
				}
			}
		}
		if within(now) {
			piece = append(piece, now)
		} else {
			end()
		}
		before = &now
	}
	end()
	return pieces
}

// crossings returns where the line between two points enters and leaves the picture, in this order.
func crossings(a, b Point) (edges []Point) {
	for _, height := range []float64{0, 1} {
		if (a.Y < height) != (b.Y < height) && (a.Y > height) != (b.Y > height) {
			part := (height - a.Y) / (b.Y - a.Y)
			edges = append(edges, Point{a.X + part*(b.X-a.X), height})
		}
	}
	slices.SortFunc(edges, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return edges
}

// Thinned returns a curve with at most about 2n of its points: of each n-th part of them the lowest and the highest.
func (s Series) Thinned(n int) Series {
	if len(s.Points) <= 2*n {
		return s
	}
	thin := s
	thin.Points, thin.Band = nil, nil
	add := func(i int) {
		if last := len(thin.Points) - 1; last >= 0 && thin.Points[last] == s.Points[i] {
			return
		}
		thin.Points = append(thin.Points, s.Points[i])
		if s.Band != nil {
			thin.Band = append(thin.Band, s.Band[i])
		}
	}
	last := len(s.Points) - 1
	add(0)
	for part := range n {
		low, high := part*len(s.Points)/n, part*len(s.Points)/n
		for i := low; i < (part+1)*len(s.Points)/n; i++ {
			if s.Points[i].Y < s.Points[low].Y {
				low = i
			}
			if s.Points[i].Y > s.Points[high].Y {
				high = i
			}
		}
		add(min(low, high))
		add(max(low, high))
	}
	add(last)
	return thin
}
