package render_test

import (
	"os"

	"attend/internal/render"
)

func Example() {
	m := render.Map{
		Text:   "zebra near",
		Tokens: []string{"<s>", "zebra", "near"},
		Attention: [][][][]float32{{{
			{1, 0, 0},
			{0.625, 0.375, 0},
			{0.0625, 0.875, 0.0625},
		}}},
		Next: []render.Prediction{{Word: "the", Probability: 0.96}},
	}
	o := render.TextOptions{Width: 60, Layer: -1, Head: -1}
	if err := render.Grid(os.Stdout, m, o); err != nil {
		panic(err)
	}
	if err := render.Predictions(os.Stdout, m.Next, o); err != nil {
		panic(err)
	}
	// Output:
	// layer 1, head 1
	//         <s> zebra  near
	//   <s> ██1.0    ·     ·
	// zebra ▓▓.63 ▒▒.38    ·
	//  near ░░.06 ██.88 ░░.06
	//
	// rows look at columns   ░ .05  ▒ .25  ▓ .50  █ .75 and more
	// next: the 0.960
	//       ██████▊
}
