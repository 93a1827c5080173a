package render

import (
	"errors"
	"fmt"
	"math"
)

// Bars is a picture of some quantities as bars on one scale that begins at 0.
type Bars struct {
	Title string
	Bars  []Bar
}

// Bar is one quantity.
type Bar struct {
	Name  string
	Value float64 // 0 or more
	Text  string  // the value for people
}

// mostBars is how many bars one picture may have.
const mostBars = 200

// Validate reports whether the bars can be drawn: one or more, at most 200, each finite and not below 0.
func (c Bars) Validate() error {
	if len(c.Bars) == 0 {
		return errors.New("there are no bars")
	}
	if len(c.Bars) > mostBars {
		return fmt.Errorf("%d bars do not fit one picture, which holds %d", len(c.Bars), mostBars)
	}
	for i, bar := range c.Bars {
		if !(bar.Value >= 0 && !math.IsInf(bar.Value, 0)) {
			return fmt.Errorf("bar %d is %v and must be finite and not below 0", i, bar.Value)
		}
	}
	return nil
}

// Largest is the value of the longest bar.
func (c Bars) Largest() float64 {
	largest := 0.0
	for _, bar := range c.Bars {
		largest = max(largest, bar.Value)
	}
	return largest
}
