package picture

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"attend/internal/render/rendertest"
)

func TestBarsPictures(t *testing.T) {
	var svg, pixels bytes.Buffer
	if err := BarsSVG(&svg, rendertest.ThreeBars(), Options{}); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, svg.Bytes())
	for _, want := range []string{`width="280"`, `width="140"`, `width="0"`, "key 1 0.500; key 2 0.250; none 0."} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if _, err := BarsPNG(&pixels, rendertest.ThreeBars(), Options{Dark: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(&pixels); err != nil {
		t.Fatal(err)
	}
}
