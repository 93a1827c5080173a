package render

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFilmJSONReadsBack(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		frames := anyFilm(t)
		formed := Formation(frames, 0.2)
		losses := []Point{{token().Draw(t, "name"), 1, 2}}
		var b bytes.Buffer
		if err := FilmJSON(&b, Source{"runs/lion", 9}, frames, formed, losses); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Run       string
			Step      int
			Frames    []Frame
			Formation []Formed
			Losses    []Point
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Run != "runs/lion" || got.Step != 9 || len(got.Losses) != 1 || len(got.Formation) != len(formed) {
			t.Fatalf("got %+v", got)
		}
		for i, f := range frames {
			for j, s := range f.Sentences {
				if got.Frames[i].Step != f.Step || !reflect.DeepEqual(got.Frames[i].Sentences[j].Attention, s.Attention) {
					t.Fatalf("frame %d, sentence %d differs", i, j)
				}
			}
		}
	})
}

func TestFilmJSONListsAreNeverNull(t *testing.T) {
	var b bytes.Buffer
	if err := FilmJSON(&b, Source{}, filmed(0.5), nil, []int{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"formation":[]`) || !strings.Contains(b.String(), `"losses":[]`) {
		t.Errorf("wrote %s", &b)
	}
}
