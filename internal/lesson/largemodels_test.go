package lesson

import (
	"strings"
	"testing"

	"attend/layers"
)

func TestParametersAreThoseOfTheModel(t *testing.T) {
	course, err := NewCourse(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	models := course.models()
	c := models[0].Config
	for range 2 {
		for _, tied := range []bool{true, false} {
			c.Tied = tied
			if got, want := int(c.ParameterCount()), layers.ZeroParameters(c).Count(); got != want {
				t.Errorf("%+v: %d parameters, want %d", c, got, want)
			}
		}
		c = layers.Config{Vocab: 13, Context: 7, Layers: 3, Heads: 5, Dim: 15, Hidden: 11, Positions: "none", Norm: layers.LayerNormName, Activation: layers.ReLU, Init: layers.GPT2Init}
	}
	for i, want := range map[int]int{1: 124439808, 2: 1557611200, 3: 174604259328} {
		if got := int(models[i].ParameterCount()); got != want {
			t.Errorf("%s: %d parameters, want %d", models[i].Name, got, want)
		}
	}
}

// Chapter 10 counts the words of the training text, without the ends of sentences, which the model predicts too.
func TestTheWordsOfTheLesson(t *testing.T) {
	course, err := NewCourse(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v, err := course.largeModels(t.Context())
	want := 0
	for _, text := range course.corpus.TrainText.All() {
		want += len(strings.Fields(text))
	}
	if err != nil || v["words"] != want {
		t.Errorf("%v words, want %d: %v", v["words"], want, err)
	}
}
