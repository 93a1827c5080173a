package lesson

import "context"

// Book is the whole course, computed.
type Book []Told

// Told is a chapter with its parts.
type Told struct {
	Chapter
	Parts []Part
}

// Collect goes through all chapters. Report hears of each before it begins; it may be nil.
func Collect(ctx context.Context, course *Course, report func(Chapter)) (Book, error) {
	var book Book
	for _, c := range Chapters() {
		if report != nil {
			report(c)
		}
		told := Told{Chapter: c}
		err := c.Tell(ctx, course, func(parts ...Part) error {
			told.Parts = append(told.Parts, parts...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		book = append(book, told)
	}
	return book, nil
}
