// Package embed turns words, as ids, into vectors: a learned vector for the word
// plus a vector for its position in the sentence.
//
//	ids [batch*seq]  ->  vectors [batch*seq, dim]
//
// Read in this order: tokens.go (the table of word vectors), positions.go (the position
// schemes). Axis words: batch, seq, dim, vocab.
package embed
