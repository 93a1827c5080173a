// Package inspect shows the attention of a sentence: which words each word
// looks at, how strongly, in which layer and head, and which words come next.
//
// Its one input is [Map], plain slices filled from the very op that training
// ran; nothing here recomputes attention. The axis words are layer, head,
// query (the word that looks, a row) and key (the word looked at, a column).
//
// For a terminal there are [Grid], [Story] and [Predictions]; for other
// programs [JSON] and [CSV]; for a browser [HTML], and [FilmHTML] for a
// training. All of them write to the io.Writer they are
// given, in one Write, and nothing at all when the map is not valid. Words
// come from users and files, so those that go to a terminal or a page pass
// [Printable] first: no control character of theirs arrives there.
//
// Read the files in this order:
//
//	map.go          what a map is, when it is valid, its mean and its heads
//	vectors.go      the queries, keys and values that a map was computed from
//	view.go         which layers and heads an output shows, and their names
//	links.go        the most attended keys of one query
//	printable.go    making every character of a word visible
//	label.go        fitting words into columns
//	shade.go        from a weight to a colour or a glyph
//	cell.go         one number of the grid
//	fold.go         how wide the columns are, and which share a panel
//	grid.go         the grid of queries and keys
//	story.go        one line per word
//	predictions.go  the likely next words
//	json.go csv.go  the same numbers for other programs
//	film.go         the attention of probe sentences through training
//	formation.go    when each link of a film formed
//	pagedata.go     the numbers of a page, exactly
//	page.go         frame, style, script and numbers become one text
//	html.go         a page of maps
//	filmhtml.go     a page of a training
//
// The page itself is in folder page: page.html is its frame, style.css and
// print.css its looks; main.js says what is shown, and the scripts that it uses
// are named for what they draw.
package inspect
