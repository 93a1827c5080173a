package render

import "io"

// leastFormed is how much a link must weigh at the end of a film to be listed.
const leastFormed = 0.2

// FilmHTML writes the frames of a training as one page for a browser: the map of each probe
// sentence as [HTML] shows it, a slider over the steps, the held-out loss beside it, and the list of
// links that weigh 0.2 or more at the end with the step at which each formed (see [Formation]).
//
// It needs nothing beside itself, and equal frames give equal bytes. Frames that do not belong
// together, as [CheckFilm] tells, write nothing.
func FilmHTML(w io.Writer, s Source, frames []Frame) error {
	if err := CheckFilm(frames); err != nil {
		return err
	}
	d := newPageData(s)
	d.Film = true
	for _, sentence := range frames[0].Sentences {
		d.Sentences = append(d.Sentences, pageSentenceOf(sentence.asMap()))
	}
	for _, f := range frames {
		frame := pageFrame{Step: f.Step, Loss: f.HeldOutLoss}
		for _, sentence := range f.Sentences {
			frame.Sentences = append(frame.Sentences, pageWeightsOf(sentence.asMap()))
		}
		d.Frames = append(d.Frames, frame)
	}
	d.Formed = Formation(frames, leastFormed)
	return d.write(w, pageText{
		Heading: "How attention formed in training",
		Title:   d.title("the film of "),
	})
}
