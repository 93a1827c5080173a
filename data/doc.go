// Package data turns text into numbers a language model can learn from: text to
// sentences, sentences to words, words to ids, ids to batches.
//
// Read its files in the order a sentence passes through them:
//
//	unit.go           the table: which tokenizer and which layout a name stands for
//	tokenizer.go      text to tokens, as an interface
//	words.go          one token a word
//	chars.go          one token a character
//	vocabulary.go     tokens to ids
//	tokenizer_json.go the vocabulary as Hugging Face's tokenizer.json and tokenizer_config.json
//	ids.go            ids in as few bytes as they need
//	set.go            sequences of ids, and ordered batches for evaluation   ids [batch, seq]
//	sampler.go        random batches for training                            ids [batch, seq]
//	baselines.go      the losses of models that only count
//	corpus.go         a file, split into training and held-out text
//	text.go           reading and checking a file
//	numbering.go      the text as numbers, before there is a vocabulary
//	layout.go         how tokens stand in sequences, as an interface
//	sentences.go      one sequence a line, from boundary to boundary
//	stream.go         one sequence, the whole text
//
// and then the built-in corpus, whose probabilities and causes are known exactly:
//
//	lexicon.go        the words of the savanna
//	grammar.go        its sentence shapes and how a slot is filled
//	derive.go         drawing a sentence, and finding how one was drawn
//	rule.go           the planted rules: which word is decided by which
//	predict.go        exact next-word probabilities, losses and entropy
//	kin.go            the words that could stand in a word's place
//	savanna.go        the text drawn from the grammar
//
// Axis words, as everywhere in the project: batch, seq, dim, heads, headDim, vocab.
// Losses and entropies are in nats.
package data
