// Package analysis says what a trained model did, and how well. Each function takes a run that is open and, where it measures over text, the
// corpus of the run:
//
//	report, err := analysis.Evaluate(r, corpus)
//	answer, err := analysis.Why(r, analysis.Question{Text: "The lion saw the zebra near the"}, nil)
//
// What is ablated is ablated in the graph and the operations of training, by an edit at a hook point; what is explained is read from hook
// points. Nothing here computes attention a second time.
package analysis
