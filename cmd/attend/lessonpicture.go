package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/lesson"
	"attend/internal/render/picture"
)

// errDrawn ends a chapter whose picture was all that is wanted.
var errDrawn = errors.New("drawn")

// lessonPicture writes the first picture of a chapter and nothing else.
func (p *program) lessonPicture(cmd *cobra.Command, o lessonOptions, course *lesson.Course, chapters []lesson.Chapter) error {
	if len(chapters) != 1 {
		return errors.New("-o is for the picture of one chapter: name the chapter; attend lesson export makes a page of all")
	}
	if err := o.resolve(p.stdout, pictureFormats); err != nil {
		return err
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	var drawn *lesson.Picture
	err := chapters[0].Tell(ctx, course, func(parts ...lesson.Part) error {
		for _, part := range parts {
			if found, ok := part.(lesson.Picture); ok {
				drawn = &found
				return errDrawn
			}
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil && !errors.Is(err, errDrawn):
		return err
	case drawn == nil:
		return fmt.Errorf("chapter %d draws arrows for vectors of two numbers, and yours have more or fewer: leave out -o", chapters[0].Number)
	}
	return o.write(p.stdout, func(w io.Writer) error {
		return p.draw(w, o.output, func() (picture.Drawing, error) {
			return drawn.Draw(picture.Options{Dark: o.theme == "dark"})
		})
	})
}
