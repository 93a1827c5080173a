package play

import (
	"strings"
	"testing"
)

func TestEffectWords(t *testing.T) {
	for _, c := range []struct {
		of   Effect
		want string
	}{
		{Effect{Word: "river", Before: 0.998, After: 0.5, Nats: 0.69, NoiseFloor: 0.1},
			`The probability of "river" falls from 99.8 % to 50 %: an effect of 0.69 nats, above the noise floor of 0.10.`},
		{Effect{Word: "river", Before: 0.3, After: 0.6, Nats: -0.69, NoiseFloor: 0.1}, "rises from 30 % to 60 %: an effect of 0.69 nats, above"},
		{Effect{Word: "a", Before: 0.161, After: 0.163, Nats: -0.01, NoiseFloor: 0.1}, "stays at 16 %: an effect of 0.01 nats, not above the noise floor"},
		{Effect{Word: "a", Before: 0.163, After: 0.161, Nats: 0.01, NoiseFloor: 0.1}, "stays at 16 %"},
		{Effect{Word: "a", Before: 0.5, After: 0.4, Nats: 0.2, NoiseFloor: 0.3}, "the attention to a random character has effects of that size."},
	} {
		if got := c.of.words("character"); !strings.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
