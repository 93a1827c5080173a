package play

import (
	_ "embed"
	"fmt"

	"attend/internal/printable"
)

// Texts of presets: lines after an old song, and sentences of our own.
var (
	//go:embed texts/farm.txt
	farm string
	//go:embed texts/few.txt
	few string
)

// presets returns the texts with settings that a page offers, good ones first.
func presets() []Preset {
	return []Preset{
		{
			Name: "savanna", Title: "Savanna", Good: true,
			Meaning:  "16,000 sentences about animals, drawn from a grammar. The animal seen and the preposition decide the place.",
			Settings: map[string]string{}, Sentence: "The lion saw the zebra near the",
		},
		{
			Name: "rhyme", Title: "A rhyme", Good: true,
			Meaning: "Lines after the song of old MacDonald, in words. Each sound comes several times in a line: " +
				"to predict the next one, the model attends to the one before.",
			Settings: map[string]string{"steps": "300", "dropout": "0.2", "eval-interval": "25"}, Sentence: "Here a moo there a",
			text: farm, fileName: "farm.txt",
		},
		{
			Name: "characters", Title: "The same letter by letter", Good: true,
			Meaning: "The rhyme again, in characters. The model learns to spell before it learns which word follows.",
			Settings: map[string]string{"unit": "char", "context": "48", "layers": "2", "batch": "16", "dropout": "0.1",
				"steps": "1000", "eval-interval": "50"},
			Sentence: "Here a moo there a", text: farm, fileName: "farm.txt",
		},
		{
			Name: "memorised", Title: "Too few sentences", Good: false,
			Meaning: "Twenty sentences, and many steps. The loss on these sentences keeps falling while the loss on sentences it never saw " +
				"rises: the model memorises the sentences, and learns no rule that would help with others.",
			Settings: map[string]string{"holdout": "0.2", "steps": "600", "keep": "last"}, Sentence: "The cat sat on the",
			text: few, fileName: "few.txt",
		},
		{
			Name: "diverges", Title: "Learning rate too high", Good: false,
			Meaning: "The savanna with a learning rate of 1, a hundred times the usual one, and without clipping. Each update is far " +
				"too large: the loss jumps up and down and stays far above what the text allows, and the predictions stay worthless.",
			Settings: map[string]string{"lr": "1", "clip": "0", "warmup": "0", "steps": "300"}, Sentence: "The lion saw the zebra near the",
		},
	}
}

// presetNamed returns the preset of a name.
func presetNamed(name string) (Preset, error) {
	all := presets()
	names := make([]string, len(all))
	for i, p := range all {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	return Preset{}, fmt.Errorf("there is no preset %s: want %s", printable.Quote(name), printable.Or(names))
}
