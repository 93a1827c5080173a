package render

import "io"

// FilmJSON writes a film as one object on one line: run, step, the frames, when its links formed, and the
// losses of the training, which may be any list that JSON knows.
func FilmJSON(w io.Writer, from Source, frames []Frame, formed []Formed, losses any) error {
	if err := CheckFilm(frames); err != nil {
		return err
	}
	if formed == nil {
		formed = []Formed{}
	}
	return encode(w, struct {
		Run       string   `json:"run"`
		Step      int      `json:"step"`
		Frames    []Frame  `json:"frames"`
		Formation []Formed `json:"formation"`
		Losses    any      `json:"losses"`
	}{from.Run, from.Step, frames, formed, losses})
}
