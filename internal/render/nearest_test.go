package render

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func near() Neighbours {
	return Neighbours{"lion", []Neighbour{{"rhino", 1}, {"狮子", 0.5}, {"\x1b[2J", 0.004}, {"is", -0.25}}}
}

func TestNearestText(t *testing.T) {
	var b bytes.Buffer
	if err := NearestText(&b, near(), TextOptions{Width: 30}); err != nil {
		t.Fatal(err)
	}
	want := "nearest to lion\n" +
		"  rhino  1.00  ███████████████\n" +
		"  狮子   0.50  ████████\n" +
		"  ␛[2J   0.00\n" +
		"  is    -0.25\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}

func TestNearestRefusesWhatIsNoCosine(t *testing.T) {
	for _, c := range []float64{math.NaN(), 1.1, -1.1, math.Inf(1)} {
		n := Neighbours{"lion", []Neighbour{{"a", 0.5}, {"b", c}}}
		var b bytes.Buffer
		for _, err := range []error{NearestText(&b, n, TextOptions{}), NearestJSON(&b, Source{}, []Neighbours{n})} {
			if err == nil || !strings.Contains(err.Error(), "neighbour 1: cosine") || b.Len() > 0 {
				t.Errorf("%v: error %v, wrote %q", c, err, &b)
			}
		}
	}
}

func TestNearestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := NearestJSON(&b, Source{"runs/lion", 7}, []Neighbours{near(), {Word: "<s>"}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `{"word":"<s>","nearest":[]}`) {
		t.Errorf("wrote %s", &b)
	}
	var got struct {
		Run   string
		Step  int
		Words []Neighbours
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Run != "runs/lion" || got.Step != 7 || len(got.Words) != 2 || got.Words[0].Nearest[2] != near().Nearest[2] {
		t.Errorf("%v: %+v", err, got)
	}
}
