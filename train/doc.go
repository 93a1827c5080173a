// Package train teaches a model by gradient descent: logits to loss, loss to gradients,
// gradients to new weights. It knows no architecture and no terminal: a graph comes from
// a function that builds it, batches from a source, and what happens is reported to a
// function.
//
// Axis words: batch, seq, vocab. Losses are in nats per predicted token.
package train
