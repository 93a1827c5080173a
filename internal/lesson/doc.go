// Package lesson is a course on attention in ten chapters: a few plain sentences, a computation that
// runs in the operations of training, a picture, a question, and commands to try.
//
// A chapter says what it has to say as a sequence of [Part]s, handed over step by step. Whoever shows
// them decides how: a terminal stops after each step, [Text] writes them for paper as wide as a terminal,
// [HTML] and [Markdown] make one page of the whole course. All show the same parts. The package reads no
// keyboard and writes to no terminal of its own accord.
//
// Read in this order:
//
//	part.go picture.go        what a chapter is made of
//	course.go                 the chapters, and what they share: vectors, sentence, model
//	vectors.go                vectors as a reader types them
//	attention.go              attention on vectors, in the operation of training
//	whatis.go dotproduct.go softmax.go scaling.go projections.go mask.go positions.go
//	training.go reading.go largemodels.go    the ten chapters
//	model.go                  the model that chapter 8 trains
//	text.go table.go          parts as text
//	book.go html.go markdown.go    the whole course as a page, as Markdown
//	progress.go               which chapters were read
//	reflection.go             what the reader makes of it
//
// The lesson grew out of a notebook that explains attention with "The lion saw the zebra near the river".
package lesson
