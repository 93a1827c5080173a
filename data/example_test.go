package data_test

import (
	"fmt"
	"strings"

	"attend/data"
)

// One sentence on its way from text to a batch.
func Example() {
	text := "The lion saw the zebra\nThe zebra saw the lion\nThe lion met the zebra\n"
	corpus, err := data.Load("three.txt", strings.NewReader(text), data.Options{Unit: data.Word, HoldOut: 0.3, MinCount: 1, Seed: 1, By: data.ByTokens})
	if err != nil {
		fmt.Println(err)
		return
	}
	batches, err := corpus.Train.Batches(1, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	ids, targets := make([]int, 8), make([]int, 8)
	batches.Fill(0, ids, targets)
	fmt.Println(corpus.TrainText.At(0))
	fmt.Println("ids    ", ids)
	fmt.Println("targets", targets)
	// Output:
	// The zebra saw the lion
	// ids     [0 5 6 4 5 2 0 0]
	// targets [5 6 4 5 2 0 -1 -1]
}

func ExampleTokenize() {
	tokens, err := data.Tokenize(data.Word, "The lion’s roar, at last!")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, token := range tokens {
		fmt.Printf("%s|", token.Key)
	}
	// Output: the|lion's|roar|,|at|last|!|
}

func ExampleGrammar_NextWord() {
	g := data.SavannaGrammar()
	next, _ := g.NextWord(strings.Fields("the lion saw the zebra near the"))
	fmt.Println(next)
	next, _ = g.NextWord(strings.Fields("the lions from the valley"))
	fmt.Printf("are %.3f, were %.3f, by %.3f\n", next["are"], next["were"], next["by"])
	// Output:
	// map[river:1]
	// are 0.425, were 0.425, by 0.150
}

func ExampleGrammar_Parse() {
	g := data.SavannaGrammar()
	words := strings.Fields("the lion saw the zebra near the river")
	d, _ := g.Parse(words)
	for _, rule := range d.Rules {
		fmt.Printf("%s: %s because of %s and %s\n", rule.Name, words[rule.Predicted], words[rule.Causes[0]], words[rule.Causes[1]])
	}
	// Output: place: river because of zebra and near
}
