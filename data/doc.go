// Package data turns a text into numbers that a language model can learn from: the
// text into sentences, sentences into tokens, tokens into ids, ids into batches.
//
//	options := data.Options{Unit: data.Word, HoldOut: 0.1, MinCount: 2, Seed: 1, By: data.ByTokens}
//	corpus, err := data.Load("lions.txt", file, options)
//	sampler, err := corpus.Train.Sampler(batch, seq, seed)
//	sampler.Fill(step, ids, targets) // [batch*seq] each
//
// A [Tokenizer] splits text into tokens and a [Layout] arranges the tokens in sequences,
// one a line or one stream; [Units] lists the pairs of the two. A [Corpus] is a text
// split into a training [Set] and a held-out one, with the [Vocabulary] of the former.
//
// [Savanna] is the built-in corpus. It is drawn from a [Grammar], which knows the
// probability of every next word and its cause words exactly.
//
// Axis words, as everywhere in the project: batch, seq, dim, heads, headDim, vocab.
// Losses and entropies are in nats.
package data
