// Package render holds what the renderers share: which matrices of a map are shown and what they are called (view.go), how
// words and numbers are spelled (spelling.go), colours (color.go), and pictures before they take a form (diagram.go,
// scatter.go, chart.go).
//
// The renderers are packages of their own, by output: [attend/internal/render/text] for a terminal,
// [attend/internal/render/picture] for image files, [attend/internal/render/page] for a browser,
// [attend/internal/render/export] for other programs. All take the plain data of package attention, recompute nothing, and write
// to the io.Writer that they are given, in one Write, and nothing at all when what they are given is not valid. Words come from
// users and files, so those that go to a terminal, a picture or a page pass [printable.Text] first: no control character of
// theirs arrives there.
package render
