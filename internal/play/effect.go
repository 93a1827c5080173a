package play

import (
	"fmt"
	"math"

	"attend/internal/printable"
	"attend/internal/run"
)

// effectPosition returns the position whose prediction an effect is measured on: that of the query if attention of one query alone is
// removed, otherwise the last.
func effectPosition(list []Intervention, out run.ForwardResult) int {
	last := out.Len() - 1
	at := -1
	for _, v := range list {
		if !v.removes() || at >= 0 && at != *v.Query {
			return last
		}
		at = *v.Query
	}
	if at < 0 || at > last { // a position that the sentence does not have is an error of its own
		return last
	}
	return at
}

// words says what the interventions do to the prediction, and whether that is more than noise. noun names a token.
func (e Effect) words(noun string) string {
	word, size := printable.Quote(e.Word), math.Abs(e.Nats)
	change := fmt.Sprintf("falls from %s to %s", percent(e.Before), percent(e.After))
	switch {
	case percent(e.Before) == percent(e.After):
		change = "stays at " + percent(e.Before)
	case e.Nats < 0:
		change = fmt.Sprintf("rises from %s to %s", percent(e.Before), percent(e.After))
	}
	if size <= e.NoiseFloor {
		return fmt.Sprintf("The probability of %s %s: an effect of %.2f nats, not above the noise floor of %.2f. "+
			"Removing the attention to a random %s has effects of that size.", word, change, size, e.NoiseFloor, noun)
	}
	return fmt.Sprintf("The probability of %s %s: an effect of %.2f nats, above the noise floor of %.2f.", word, change, size, e.NoiseFloor)
}

// percent writes a probability.
func percent(p float64) string {
	switch x := 100 * p; {
	case x > 0 && x < 0.1:
		return "less than 0.1 %"
	case x < 10 || x > 99:
		return fmt.Sprintf("%.1f %%", x)
	default:
		return fmt.Sprintf("%.0f %%", x)
	}
}
