package data

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"attend/internal/printable"
)

// NotTextError reports a file that is not text in the encoding that was named, with what it is, and how to make text of it.
type NotTextError struct {
	Path    string // of the file, as a user can type it; "" for standard input
	Problem string // what came, with its place
	Flag    string // a flag to add instead of the command, such as --encoding utf-16; "": none
	Command string // makes text of the file IN in the file OUT; "": none is known
	To      string // the end of the name of OUT
}

func (e *NotTextError) Error() string {
	name := "standard input"
	if e.Path != "" {
		name = printable.Path(filepath.Base(e.Path))
	}
	command := ""
	if e.Command != "" {
		command = replaceWords(e.Command, "IN", commandPath(e.Path, "FILE"), "OUT", commandPath(e.out(), "OUT"))
	}
	switch {
	case e.Flag != "" && command != "":
		return fmt.Sprintf("%s: %s: add %s, or convert it: %s", name, e.Problem, e.Flag, command)
	case command != "":
		return fmt.Sprintf("%s: %s: convert it: %s", name, e.Problem, command)
	}
	return fmt.Sprintf("%s: %s: name a text file", name, e.Problem)
}

// out returns the path of the file that the command writes.
func (e *NotTextError) out() string {
	if e.Path == "" {
		return ""
	}
	to := strings.TrimSuffix(e.Path, filepath.Ext(e.Path)) + e.To
	if to == e.Path {
		to += ".txt"
	}
	return to
}

// commandPath returns a path as a word of a command of a shell, or the placeholder for one that is empty or too long.
func commandPath(path, placeholder string) string {
	if word := printable.ShellWord(path); path != "" && utf8.RuneCountInString(word) <= printable.MaxPath {
		return word
	}
	return placeholder
}

// replaceWords replaces words that stand between blanks, in pairs of one and its replacement.
func replaceWords(text string, pairs ...string) string {
	words := strings.Split(text, " ")
	for i := range words {
		for k := 0; k < len(pairs); k += 2 {
			if words[i] == pairs[k] {
				words[i] = pairs[k+1]
				break
			}
		}
	}
	return strings.Join(words, " ")
}

// format is a format of files that hold no plain text, known by bytes at its beginning.
type format struct {
	at      int    // offset of the bytes
	magic   string // the bytes
	part    string // what the beginning of the file has somewhere, too; "": nothing
	what    string
	command string // see [NotTextError]
}

// formats returns the formats that are named, those with a part before those without.
func formats() []format {
	const pandoc = "pandoc -t plain --wrap=none IN -o OUT"
	return []format{
		{0, "%PDF-", "", "a PDF document", "pdftotext IN OUT"},
		{0, "\x1f\x8b", "", "compressed with gzip", "gunzip -c IN > OUT"},
		{0, "BZh", "", "compressed with bzip2", "bunzip2 -c IN > OUT"},
		{0, "\xfd7zXZ\x00", "", "compressed with xz", "xz -dc IN > OUT"},
		{0, "\x28\xb5\x2f\xfd", "", "compressed with zstd", "zstd -dc IN > OUT"},
		{0, "PK\x03\x04", "word/", "a Word document (.docx)", pandoc},
		{0, "PK\x03\x04", "application/epub+zip", "an e-book (.epub)", pandoc},
		{0, "PK\x03\x04", "application/vnd.oasis.opendocument.text", "a document of LibreOffice (.odt)", pandoc},
		{0, "PK\x03\x04", "xl/", "an Excel workbook (.xlsx)", "libreoffice --headless --convert-to csv IN"},
		{0, "PK\x03\x04", "application/vnd.oasis.opendocument.spreadsheet", "a table of LibreOffice (.ods)", "libreoffice --headless --convert-to csv IN"},
		{0, "PK\x03\x04", "", "a zip archive", "unzip -p IN > OUT"},
		{257, "ustar", "", "a tar archive", "tar -xOf IN > OUT"},
		{0, "7z\xbc\xaf\x27\x1c", "", "a 7-Zip archive", "7z e -so IN > OUT"},
		{0, "Rar!", "", "a RAR archive", "unrar p -inul IN > OUT"},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "a document of an older Microsoft Office", "libreoffice --headless --convert-to txt:Text IN"},
		{0, "\x89PNG\r\n\x1a\n", "", "a PNG image", "tesseract IN stdout > OUT"},
		{0, "\xff\xd8\xff", "", "a JPEG image", "tesseract IN stdout > OUT"},
		{0, "GIF8", "", "a GIF image", ""},
		{0, "II*\x00", "", "a TIFF image", "tesseract IN stdout > OUT"},
		{0, "MM\x00*", "", "a TIFF image", "tesseract IN stdout > OUT"},
		{8, "WEBP", "", "a WebP image", ""},
		{8, "WAVE", "", "a sound recording (WAV)", ""},
		{0, "ID3", "", "a sound recording (MP3)", ""},
		{0, "OggS", "", "a sound recording or film (Ogg)", ""},
		{0, "fLaC", "", "a sound recording (FLAC)", ""},
		{4, "ftyp", "", "a film or a sound recording (MP4)", ""},
		{0, "SQLite format 3\x00", "", "an SQLite database", `sqlite3 IN "SELECT COLUMN FROM TABLE" > OUT`},
		{0, "PAR1", "", "a Parquet table", ""},
		{0, "\x7fELF", "", "a program", ""},
		{0, "MZ", "", "a program of Windows", ""},
		{0, "\xcf\xfa\xed\xfe", "", "a program of macOS", ""},
		{0, "\x93NUMPY", "", "an array of NumPy", ""},
	}
}

// sampleBytes is how much of a file is searched to name what it is.
const sampleBytes = 1 << 16

// notText returns the error of a file that is not text in UTF-8, given what was read of it and the offset of the first byte that
// is not.
func notText(path, text string, at int) error {
	e := &NotTextError{Path: path, To: ".txt"}
	head := text[:min(len(text), sampleBytes)]
	for _, f := range formats() {
		if strings.HasPrefix(head[min(f.at, len(head)):], f.magic) && strings.Contains(head, f.part) {
			e.Problem, e.Command = "it is "+f.what+", and the text must be plain", f.command
			return e
		}
	}
	if name, why := wideEncoding(head); name != "" {
		e.Problem = fmt.Sprintf("it is in %s, %s, not in UTF-8", strings.ToUpper(name), why)
		e.recode(name)
		return e
	}
	line := 1 + strings.Count(text[:at], "\n")
	if text[at] == 0 {
		e.Problem = fmt.Sprintf("line %d: byte %d of the file is NUL, so this is binary data, or damaged text", line, at)
		e.Command, e.To = `tr -d '\000' < IN > OUT`, "-utf8.txt"
		return e
	}
	sample := text[at:min(len(text), at+sampleBytes)]
	e.Problem = fmt.Sprintf("line %d: byte 0x%02x is not UTF-8", line, text[at])
	if mostlyUTF8(text[max(0, at-sampleBytes):at] + sample) {
		e.Problem += ", though the text around it is"
		e.Command, e.To = "iconv -c -f UTF-8 -t UTF-8 IN > OUT", "-utf8.txt"
		return e
	}
	name := guessEncoding(wholeLines(text, at))
	if name == "" {
		e.Problem += ", and the bytes are not like those of an encoding that is known here"
		return e
	}
	e.Problem += ", and the bytes are like those of " + name
	e.recode(name)
	return e
}

// recode advises to read a file in an encoding, or to convert it.
func (e *NotTextError) recode(encoding string) {
	e.Flag, e.To = "--encoding "+encoding, "-utf8.txt"
	e.Command = "iconv -f " + strings.ToUpper(encoding) + " -t UTF-8 IN > OUT"
}

// wholeLines returns the lines of a text around a byte, up to sampleBytes on either side.
func wholeLines(text string, at int) string {
	begin := max(0, at-sampleBytes)
	if line := strings.LastIndexByte(text[begin:at], '\n'); line >= 0 {
		begin += strings.LastIndexByte(text[begin:begin+line], '\n') + 1
	}
	end := min(len(text), at+sampleBytes)
	if line := strings.LastIndexByte(text[at:end], '\n'); line > 0 && end < len(text) {
		end = at + line
	}
	return text[begin:end]
}

// wideEncoding names the encoding of a text whose characters have two or four bytes, by its byte-order mark or by where its zero
// bytes are: most characters of most texts are below U+0100. It returns "" for other bytes.
func wideEncoding(head string) (name, why string) {
	const byMark, byZeros = "as its byte-order mark says", "as the places of its zero bytes say"
	for _, mark := range []struct{ bytes, name string }{
		{"\xff\xfe\x00\x00", "utf-32"}, {"\x00\x00\xfe\xff", "utf-32"}, {"\xff\xfe", "utf-16"}, {"\xfe\xff", "utf-16"},
	} {
		if strings.HasPrefix(head, mark.bytes) {
			return mark.name, byMark
		}
	}
	var zeros [4]int // by the remainder of the offset
	for i := range len(head) {
		if head[i] == 0 {
			zeros[i%4]++
		}
	}
	quarter := (len(head) + 3) / 4
	full := func(of ...int) bool { // whether these places have zeros, and the others nearly none
		few := 0
		for i, n := range zeros {
			wanted := false
			for _, place := range of {
				wanted = wanted || i == place
			}
			if wanted && 10*n < 4*quarter {
				return false
			}
			if !wanted {
				few += n
			}
		}
		return 20*few <= quarter
	}
	switch {
	case len(head) < 4:
		return "", ""
	case full(1, 2, 3):
		return "utf-32le", byZeros
	case full(0, 1, 2):
		return "utf-32be", byZeros
	case full(1, 3):
		return "utf-16le", byZeros
	case full(0, 2):
		return "utf-16be", byZeros
	}
	return "", ""
}

// mostlyUTF8 reports whether a text with bytes that are not UTF-8 has several times as many characters of more than one byte.
func mostlyUTF8(text string) bool {
	good, bad := 0, 0
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		text = text[n:]
	}
	return good >= 3*bad
}
