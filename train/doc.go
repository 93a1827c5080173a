// Package train teaches a model by gradient descent: logits to loss, loss to gradients,
// gradients to new weights. It knows no architecture and no terminal: a graph comes from
// a function that builds it, batches from a source, and what happens is reported to a
// function.
//
// Read in this order: config.go (the settings and the learning rate), loss.go (masked cross-entropy as
// an operation of the graph), replica.go (one differentiated graph and its machine), optimizer.go (AdamW and
// SGD), parallel.go (work for all processors), trainer.go (a step and the loop), evaluate.go (loss and accuracy
// on held-out text).
//
// Axis words: batch, seq, vocab. Losses are in nats per predicted token.
package train
