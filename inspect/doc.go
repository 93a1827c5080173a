// Package inspect shows the attention of a sentence: which words each word
// looks at, how strongly, in which layer and head, and which words come next.
//
// Its one input is [Map], plain slices filled from the very op that training
// ran; nothing here recomputes attention. The axis words are layer, head,
// query (the word that looks, a row) and key (the word looked at, a column).
//
// For a terminal there are [Grid], [Story] and [Predictions]; for other
// programs [JSON] and [CSV]; for paper, slides and pages [SVG] and [PNG], which
// draw a [Figure]. GridBeside, JSONBeside, CSVBeside and [NewFigureBeside] add
// a [Baseline] and the difference from it. All of them write to the io.Writer
// they are given, in one Write, and nothing at all when the map is not valid.
// Words come from users and files, so those that go to a terminal or a picture
// pass [Printable] first: no control character of theirs arrives there.
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
//	beside.go       a baseline and the difference from it
//	signed.go       differences in the grid
//	figure.go       what a picture shows, and when it is valid
//	compose.go      from a map, or a map and a baseline, to a figure
//	diverging.go    from a difference to a colour
//	theme.go        light and dark
//	ruler.go        how wide text is, and cutting it
//	drawing.go      shapes, before they take a format
//	measure.go      how large cells, words and numbers are
//	layout.go       from a figure to shapes
//	key.go          the legend
//	svg.go          shapes as SVG
//	png.go          pixels as PNG
//	raster.go       shapes as pixels
//	glyphs.go       text as pixels
//	plane.go planetext.go planelayout.go   vectors of two numbers as arrows
//	bars.go         some quantities as bars
//	shapes.go       a drawing of any kind as SVG and PNG
//	table.go        columns of text that fit the width
//	why.go whytext.go   attended to and mattered, of one prediction
//	explanation.go  the arithmetic of one cell
//	heads.go        what heads do, in plain words
//	comparison.go   two maps side by side
//	film.go         the attention of probe sentences through training
//	formation.go    when each link of a film formed
package inspect
