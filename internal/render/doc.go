// Package render shows the attention of a sentence: which words each word
// looks at, how strongly, in which layer and head, and which words come next;
// and what was found out about it.
//
// Its main input is [Map], plain slices filled from the very op that training
// ran; nothing here recomputes attention. The axis words are layer, head,
// query (the word that looks, a row) and key (the word looked at, a column).
//
// For a terminal there are [Grid], [Story] and [Predictions]; for other
// programs [JSON] and [CSV]; for paper, slides and pages [SVG] and [PNG], which
// draw a [Figure]; for a browser [HTML], and [FilmHTML] for a training.
// GridBeside, JSONBeside, CSVBeside, HTMLBeside and [NewFigureBeside] add a
// [Baseline] and the difference from it. [WhyText], [ExplanationText], [HeadsText],
// [ComparisonText] and [RecurrenceText] write what package run found out. The
// vectors of words and places are a [Scatter].
//
// All of them write to the io.Writer they are given, in one Write, and nothing
// at all when what they are given is not valid. Words come from users and files,
// so those that go to a terminal, a picture or a page pass [printable.Text] first: no
// control character of theirs arrives there.
//
// Read the files in this order. Maps in a terminal and as numbers:
//
//	map.go vectors.go  what a map is, when it is valid, and what it was computed from
//	view.go         which layers and heads an output shows, and their names
//	links.go        the most attended keys of one query
//	label.go        fitting words and text into columns
//	shade.go        from a weight to a colour or a glyph
//	cell.go         one number of the grid
//	fold.go         how wide the columns are, and which share a panel
//	grid.go         the grid of queries and keys
//	story.go        one line per word
//	predictions.go  the likely next words
//	json.go csv.go  the same numbers for other programs
//	beside.go signed.go  a baseline, and the difference from it
//
// What was found out:
//
//	table.go        columns of text that fit the width
//	why.go whytext.go  attended to and mattered, of one prediction
//	explanation.go  the arithmetic of one cell
//	heads.go        what heads do, in plain words
//	comparison.go comparisontext.go  two maps side by side
//	recurrence.go   links that come back with other seeds
//
// Pictures:
//
//	figure.go compose.go  what a picture shows, and from a map to it
//	diverging.go theme.go  colours of differences; light and dark
//	ruler.go measure.go  how wide text is, how large cells are
//	drawing.go layout.go key.go  from a figure to shapes, the legend among them
//	svg.go          shapes as SVG
//	raster.go glyphs.go png.go  shapes and text as pixels, and those as PNG
//	plane.go planetext.go planelayout.go  vectors of two numbers as arrows
//	bars.go         some quantities as bars
//	shapes.go       a drawing of any kind as SVG and PNG
//	scatter.go nearest.go cosines.go  vectors on a plane, and how alike they are
//	scatter_screen.go scatter_text.go  the plane in characters
//	scatter_labels.go scatter_layout.go  where names go in a picture of it
//	scatter_svg.go scatter_png.go scatter_json.go  that picture, and its numbers
//
// Films of a training:
//
//	film.go formation.go  frames, and when each link formed
//	small_map.go film_strip.go live.go  small maps side by side, or drawn again and again
//	formed_text.go film_json.go  when links formed, for people and for programs
//
// Pages for a browser:
//
//	page.go pagedata.go  a template, its style and scripts, and the numbers in it
//	html.go filmhtml.go  the page of maps, and that of a film
//	page/           the template, the style and the scripts
package render
