package picture

import (
	"strings"
	"testing"

	"attend/internal/render/rendertest"
)

func TestBarsPictures(t *testing.T) {
	d, err := Bars(rendertest.ThreeBars(), Options{Dark: true})
	if err != nil {
		t.Fatal(err)
	}
	svg := svgOf(t, d)
	wellFormed(t, []byte(svg))
	for _, want := range []string{`width="280"`, `width="140"`, `width="0"`, "key 1 0.500; key 2 0.250; none 0."} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if picture, _, _ := pixels(t, d); picture.Bounds().Dx() != 2*d.width || picture.Bounds().Dy() != 2*d.height {
		t.Errorf("%v for a drawing of %d x %d", picture.Bounds(), d.width, d.height)
	}
}
