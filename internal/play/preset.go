package play

import (
	_ "embed"
	"fmt"

	"attend/internal/printable"
)

// Texts of presets: nursery rhymes and the beginning of a book, both long in the public domain, and sentences of our own.
var (
	//go:embed texts/rhymes.txt
	rhymes string
	//go:embed texts/alice.txt
	alice string
	//go:embed texts/few.txt
	few string
)

// presets returns the texts with settings that a page offers, good ones first.
func presets() []Preset {
	return []Preset{
		{
			Name: "savanna", Title: "Savanna", Good: true,
			Meaning: "16,000 sentences about animals, drawn from a grammar. The animal seen and the preposition decide the place, " +
				"so there is something to attend to.",
			Settings: map[string]string{}, Sentence: "The lion saw the zebra near the",
		},
		{
			Name: "rhymes", Title: "Nursery rhymes", Good: true,
			Meaning:  "A few old rhymes, one line a sentence, in words. So little text is partly memorised: compare the two losses.",
			Settings: map[string]string{"steps": "600", "dropout": "0.1"}, Sentence: "Mary had a little",
			text: rhymes, fileName: "rhymes.txt",
		},
		{
			Name: "characters", Title: "Characters of a book", Good: true,
			Meaning: "The beginning of Alice's Adventures in Wonderland, letter by letter. The model learns to spell before it learns words.",
			Settings: map[string]string{"unit": "char", "context": "48", "layers": "2", "heads": "4", "dim": "48", "batch": "16",
				"lr": "0.003", "steps": "1500"},
			Sentence: "Alice was beginning", text: alice, fileName: "alice.txt",
		},
		{
			Name: "memorised", Title: "Too few sentences", Good: false,
			Meaning: "Twenty sentences, and many steps. The training loss falls to almost nothing while the loss on sentences it never saw " +
				"rises: the model memorises the sentences, and learns no rule that would help with others.",
			Settings: map[string]string{"holdout": "0.2", "steps": "600", "keep": "last"}, Sentence: "The cat sat on the",
			text: few, fileName: "few.txt",
		},
		{
			Name: "diverges", Title: "Learning rate too high", Good: false,
			Meaning: "The savanna with a learning rate of 1, a hundred times the usual one, and without clipping. Each update is far " +
				"too large: the loss rises instead of falling, and the predictions stay worthless.",
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
