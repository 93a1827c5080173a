package text

import (
	"testing"

	"attend/internal/attention"
)

func TestDirectLogits(t *testing.T) {
	layer, head := 1, 2
	d := attention.DirectLogits{Target: "river", Against: "cave", Difference: 2.5, Components: []attention.LogitComponent{
		{Kind: attention.TokenComponent, Logit: 0.25}, {Kind: attention.PositionComponent}, {Kind: attention.HeadComponent, Layer: &layer, Head: &head, Logit: -1},
		{Kind: attention.BiasComponent, Layer: &layer, Logit: 0.125}, {Kind: attention.MLPComponent, Layer: &layer, Logit: 3}, {Kind: attention.NormComponent, Logit: 0.125},
	}}
	for range 3 {
		d.Components = append(d.Components, attention.LogitComponent{Kind: attention.TokenComponent, Logit: 0.0625})
	}
	want := `Direct logit attribution: what each part adds at the last token to the logit of "river" over that of
"cave", 2.50 in all (the scale of the final norm stays as computed; effects through later layers do
not count):
part                     logit
layer 2, mlp              3.00  ██████████
layer 2, head 3          -1.00  ███▍
token embedding           0.25  ▉
layer 2, attention bias   0.12  ▍
norm bias                 0.12  ▍
token embedding           0.06  ▎
token embedding           0.06  ▎
token embedding           0.06  ▎
and 1 more part, 0.00 together
`
	if got := directLogits(d, Options{Width: 100}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
