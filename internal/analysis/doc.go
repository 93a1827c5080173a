// Package analysis says what a trained model did, and how well. Each function takes a run that is open and, where it measures over text, the
// corpus of the run:
//
//	report, err := analysis.Evaluate(r, corpus)
//	answer, err := analysis.Why(r, analysis.Question{Text: "The lion saw the zebra near the"}, nil)
//
// What is ablated is ablated in the graph and the operations of training, by an edit at a hook point; what is explained is read from hook
// points. Nothing here computes attention a second time.
//
// Read in this order: evaluate.go and rules.go (how good it is), intervention.go (sentences with something ablated), ruleablation.go and
// why.go (what that does), explain.go (the arithmetic of one cell), heads.go (what heads do), baseline.go (what maps are compared with),
// compare.go, hungarian.go and seeds.go (comparing sentences, runs and seeds), words.go (the tables of vectors and their picture).
package analysis
