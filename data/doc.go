// Package data turns text into numbers a language model can learn from: text to
// sentences, sentences to words, words to ids, ids to batches.
//
// Read its files in the order a sentence passes through them:
//
//	tokenizer.go      text to tokens, as an interface, and the table of units
//	words.go          one token a word
//	chars.go          one token a character
//	vocabulary.go     tokens to ids
//	tokenizer_json.go the vocabulary as Hugging Face's tokenizer.json and tokenizer_config.json
//	ids.go            ids in as few bytes as they need
//	text.go           reading and checking a file
//	corpus.go         a file, split into training and held-out text
//	layout.go         how tokens stand in sequences: one a line, or one stream
//	set.go            sequences of ids, and the losses of models that only count
//	batch.go          ordered batches for evaluation, random ones for training   ids [batch, seq]
//
// and then the built-in corpus, whose probabilities and causes are known exactly:
//
//	grammar.go        the words of the savanna, its sentence shapes and how a slot is filled
//	rule.go           the planted rules: which word is decided by which
//	predict.go        drawing and parsing a sentence, exact next-word probabilities, losses and entropy
//	savanna.go        the text drawn from the grammar
//
// Axis words, as everywhere in the project: batch, seq, dim, heads, headDim, vocab.
// Losses and entropies are in nats.
package data
