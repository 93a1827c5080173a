package text_test

import (
	"os"

	"attend/internal/attention"
	"attend/internal/render/text"
)

func Example() {
	m := attention.Map{
		Encoded: attention.Encoded{Text: "zebra near",
			Tokens: []string{"<s>", "zebra", "near"}},
		Attention: [][][][]float32{{{
			{1, 0, 0},
			{0.625, 0.375, 0},
			{0.0625, 0.875, 0.0625},
		}}},
		Next: []attention.Prediction{{Word: "the", Probability: 0.96}},
	}
	o := text.Options{Width: 60, Layer: -1, Head: -1}
	if err := text.Grid(os.Stdout, m, nil, o); err != nil {
		panic(err)
	}
	if err := text.Predictions(os.Stdout, m.Next, o); err != nil {
		panic(err)
	}
	// Output:
	// layer 1, head 1
	//         <s> zebra  near
	//   <s> ██1.0    ·     ·
	// zebra ▓▓.63 ▒▒.38    ·
	//  near ░░.06 ██.88 ░░.06
	//
	// rows attend to columns   ░ .05  ▒ .25  ▓ .50  █ .75 and more
	// next: the 0.960
	//       ██████▊
}
