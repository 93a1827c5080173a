package picture

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

// overlap reports whether two boxes share more than an edge.
func overlap(a, b area) bool {
	return a.x+a.width > b.x && b.x+b.width > a.x && a.y+a.height > b.y && b.y+b.height > a.y
}

// checkTags reports names that cover a dot or each other, or leave the paper.
func checkTags(tags []tag, points [][2]float64, paper area) error {
	for i, a := range tags {
		if a.at.x < paper.x || a.at.y < paper.y || a.at.x+a.at.width > paper.x+paper.width || a.at.y+a.at.height > paper.y+paper.height {
			return fmt.Errorf("%q leaves the paper: %v", a.name, a.at)
		}
		for _, b := range tags[:i] {
			if overlap(a.at, b.at) {
				return fmt.Errorf("%q at %v covers %q at %v", a.name, a.at, b.name, b.at)
			}
		}
		for _, p := range points {
			if overlap(a.at, area{p[0] - dotRadius, p[1] - dotRadius, 2 * dotRadius, 2 * dotRadius}) {
				return fmt.Errorf("%q at %v covers the dot at %v", a.name, a.at, p)
			}
		}
		if at := points[a.point]; !a.led {
			x, y := a.anchor(at[0], at[1])
			if d := math.Hypot(x-at[0], y-at[1]); d > closeBy+0.01 {
				return fmt.Errorf("%q has no line and is %g from its dot", a.name, d)
			}
		}
	}
	return nil
}

func TestTagsDoNotOverlap(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 0))
	for _, n := range []int{1, 2, 30, 300} {
		const width, height = 500.0, 300.0
		points, names := make([][2]float64, n), make([]string, n)
		for i := range points {
			points[i] = [2]float64{width * random.Float64(), height * random.Float64()}
			names[i] = fmt.Sprint("word", i)
		}
		tags := placeTags(newBoard(area{0, 0, width, height}), points, names, func(s string) float64 { return 6 * float64(len(s)) }, 12)
		if err := checkTags(tags, points, area{0, 0, width, height}); err != nil {
			t.Errorf("%d points: %v", n, err)
		}
		if n <= 30 && len(tags) != n {
			t.Errorf("%d of %d names placed", len(tags), n)
		}
		if n == 300 && (len(tags) < 60 || len(tags) == n) {
			t.Errorf("%d of %d names placed: the test wants a crowd", len(tags), n)
		}
	}
}

func TestCrowdedNamesMoveWithALine(t *testing.T) {
	var points [][2]float64
	var names []string
	for i := range 16 {
		points, names = append(points, [2]float64{200 + 16*float64(i%4), 200 + 16*float64(i/4)}), append(names, fmt.Sprint("name", i))
	}
	tags := placeTags(newBoard(area{0, 0, 400, 400}), points, names, func(string) float64 { return 40 }, 12)
	led := 0
	for _, tag := range tags {
		if tag.led {
			led++
		}
	}
	if len(tags) < 12 || led < 2 || led == len(tags) {
		t.Errorf("%d of %d names placed, %d with a line", len(tags), len(names), led)
	}
}

func TestLinesMeetNoNameAndNoDot(t *testing.T) {
	s := attentiontest.Animals()
	for i := range 40 {
		s.Points = append(s.Points, attention.Point{Name: fmt.Sprint("more", i), X: 1.05 + 0.06*float64(i%7), Y: 1 + 0.04*float64(i/7)})
	}
	d, tags, _ := layoutScatter(s, Options{})
	points := places(d)
	led := 0
	for _, a := range tags {
		if !a.led {
			continue
		}
		led++
		from := points[a.point]
		toX, toY := a.anchor(from[0], from[1])
		for part := 0.0; part < 1; part += 0.01 {
			at := area{from[0] + part*(toX-from[0]), from[1] + part*(toY-from[1]), 0.01, 0.01}
			for _, b := range tags {
				if b.point != a.point && overlap(at, b.at) {
					t.Fatalf("the line to %q crosses the name %q", a.name, b.name)
				}
			}
		}
	}
	if led < 5 {
		t.Errorf("%d lines: the test wants more", led)
	}
}
