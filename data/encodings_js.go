package data

import "golang.org/x/text/transform"

// EncodingNames returns names of encodings. The program of a page reads texts that the browser has decoded, so that it is not
// larger by the tables of all encodings.
func EncodingNames() []string { return []string{UTF8} }

func decoderOf(string) (transform.Transformer, bool) { return nil, false }

// guessEncoding names no encoding, see [EncodingNames].
func guessEncoding(string) string { return "" }
