package data

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/htmlindex"

	"attend/internal/file"
)

const twoLines = "the cat sat\nthe dog ran\nthe cat ran\n"

// A file that is no text is named for what it is, with what makes text of it.
func TestNotText(t *testing.T) {
	wide := func(order string, width int) string { // the characters of ASCII, with zeros before or after
		var b strings.Builder
		for _, c := range []byte(twoLines) {
			unit := append([]byte{c}, make([]byte, width-1)...)
			if order == "be" {
				unit = append(make([]byte, width-1), c)
			}
			b.Write(unit)
		}
		return b.String()
	}
	zeros := strings.Repeat("\x00", 300)
	for want, text := range map[string]string{
		`"in.txt": it is a PDF`: "%PDF-1.7\n\xe2\xe3\xcf\xd3\n" + zeros,
		"it is compressed with gzip, and the text must be plain: convert it: gunzip -c in.txt > in.txt.txt":                       "\x1f\x8b\x08\x00" + zeros,
		"it is a zip archive, and the text must be plain: convert it: unzip -p":                                                   "PK\x03\x04\x14\x00" + zeros,
		"it is a Word document (.docx), and the text must be plain: convert it: pandoc -t plain --wrap=none in.txt -o in.txt.txt": "PK\x03\x04\x14\x00[Content_Types].xml\x00PK\x03\x04word/document.xml" + zeros,
		"it is an e-book (.epub)":  "PK\x03\x04\x0a\x00mimetypeapplication/epub+zip" + zeros,
		"it is a PNG image":        "\x89PNG\r\n\x1a\n" + zeros,
		"it is a JPEG image":       "\xff\xd8\xff\xe0\x00\x10JFIF" + zeros,
		"it is an SQLite database": "SQLite format 3\x00" + zeros,
		"it is a tar archive":      "the.txt" + strings.Repeat("\x00", 250) + "ustar" + zeros,
		"it is a WebP image, and the text must be plain: name a text file": "RIFF\x10\x00\x00\x00WEBPVP8 " + zeros,
		"it is a program": "\x7fELF\x02\x01" + zeros,
		"it is in UTF-16, as its byte-order mark says, not in UTF-8: add --encoding utf-16, or convert it: iconv -f UTF-16 -t UTF-8 in.txt > in-utf8.txt": "\xff\xfe" + wide("le", 2),
		"it is in UTF-16, as its byte-order mark":                                                                                      "\xfe\xff" + wide("be", 2),
		"it is in UTF-16LE, as the places of its zero bytes say":                                                                       wide("le", 2),
		"it is in UTF-16BE, as the places of its zero bytes say":                                                                       wide("be", 2),
		"it is in UTF-32, as its byte-order mark":                                                                                      "\xff\xfe\x00\x00" + wide("le", 4),
		"it is in UTF-32LE, as the places of its zero bytes say":                                                                       wide("le", 4),
		"it is in UTF-32BE, as the places of its zero bytes say":                                                                       wide("be", 4),
		`line 2: byte 16 of the file is NUL, so this is binary data, or damaged text: convert it: tr -d '\000' < in.txt > in-utf8.txt`: "the cat sat\nthe \x00dog\n",
		"line 1: byte 0x93 is not UTF-8, and the bytes are like those of windows-1252: add --encoding windows-1252, or convert it: iconv -f WINDOWS-1252 -t UTF-8 in.txt > in-utf8.txt": "\x93Yes,\x94 said the clerk\x92s boy.\n",
		"line 2: byte 0x92 is not UTF-8, and the bytes are like those of windows-1252":                                                                                                  "the cat\nit\x92s the dog\n",
		"line 3: byte 0xe9 is not UTF-8, though the text around it is: convert it: iconv -c -f UTF-8 -t UTF-8 in.txt > in-utf8.txt":                                                     "für Müller\nschöne Köche\ncaf\xe9 größer\n",
		"line 1: byte 0x81 is not UTF-8, and the bytes are not like those of an encoding that is known here: name a text file":                                                          "\x81\x05\x95\xfe\x1b\x07\x9d\x03\xbf\n",
	} {
		want = strings.Replace(want, `"in.txt"`, "in.txt", 1)
		_, err := ReadText("in.txt", strings.NewReader(text), "", MaxText)
		var e *NotTextError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "in.txt: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.20q: error %v, want %q", text, err, want)
		}
	}
	_, err := ReadText("", strings.NewReader("\x1f\x8b\x08\x00"), "", MaxText)
	if err == nil || err.Error() != "standard input: it is compressed with gzip, and the text must be plain: convert it: gunzip -c FILE > OUT" {
		t.Errorf("standard input: error %v", err)
	}
	_, err = ReadText("a folder/b's text.gz", strings.NewReader("\x1f\x8b\x08\x00"), "", MaxText)
	if want := `gunzip -c "a folder/b's text.gz" > "a folder/b's text.txt"`; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("a path to quote: error %v, want %s", err, want)
	}
}

// The commands that are advised make a text that is read.
func TestAdvisedCommands(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte(twoLines))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	encoded := func(encoding, text string) string {
		e, err := htmlindex.Get(encoding)
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cp1252, err := os.ReadFile("../../shared/faults/cp1252.txt")
	if err != nil {
		t.Log("without ../../shared/faults/cp1252.txt")
		cp1252 = []byte(encoded("windows-1252", "“Yes,” said the clerk’s boy.\n"))
	}
	for name, c := range map[string]struct{ content, want string }{
		"quotes":   {string(cp1252), "said the clerk’s boy."},
		"russian":  {encoded("windows-1251", "Лев увидел зебру у реки и пошёл спать.\n"), "увидел зебру"},
		"koi":      {encoded("koi8-r", "Лев увидел зебру у реки и пошёл спать.\n"), "увидел зебру"},
		"polish":   {encoded("windows-1250", "Lew zobaczył zebrę nad rzeką.\nŻółw śpi już.\n"), "zobaczył zebrę"},
		"mac":      {encoded("macintosh", "L’été était très sèche.\rElle a été élevée.\r"), "été était"},
		"japanese": {encoded("shift_jis", "ライオンは川の近くでシマウマを見ました。\n"), "シマウマを見ました"},
		"chinese":  {encoded("gb18030", "小猫看见小狗在河边喝水，然后它们一起回家了。\n"), "小猫看见"},
		"taiwan":   {encoded("big5", "小貓看見小狗在河邊喝水，然後牠們一起回家了。\n"), "小貓看見"},
		"korean":   {encoded("euc-kr", "사자는 강가에서 얼룩말을 보았다.\n"), "얼룩말을"},
		"thai":     {encoded("windows-874", "สิงโตเห็นม้าลายใกล้แม่น้ำและนอนใต้ต้นไม้\n"), "ม้าลาย"},
		"notepad":  {"\xff\xfet\x00h\x00e\x00\n\x00", "the"},
		"wide":     {"t\x00h\x00e\x00 \x00c\x00a\x00t\x00\n\x00", "the cat"},
		"wider":    {"\x00\x00\x00t\x00\x00\x00h\x00\x00\x00e\x00\x00\x00\n", "the"},
		"zipped":   {zipped.String(), twoLines},
		"damaged":  {"für Müller\nschöne Köche\ncaf\xe9 größer\n", "schöne Köche"},
		"holes":    {"the cat\nthe \x00dog\n", "the dog"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "my text.dat")
			if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := ReadText(path, strings.NewReader(c.content), "", MaxText)
			var e *NotTextError
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if encoding, ok := strings.CutPrefix(e.Flag, "--encoding "); ok {
				text, err := ReadText(path, strings.NewReader(c.content), encoding, MaxText)
				if err != nil || !strings.Contains(text, c.want) || strings.HasPrefix(text, "\ufeff") {
					t.Errorf("%s: %q, error %v", e.Flag, text, err)
				}
			}
			command := err.Error()[strings.LastIndex(err.Error(), "convert it: ")+len("convert it: "):]
			if _, err := exec.LookPath(strings.Fields(command)[0]); err != nil {
				t.Skip(err)
			}
			if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil && !strings.HasPrefix(command, "iconv -c ") {
				t.Fatalf("%s: %v %s", command, err, out) // iconv -c may report what it leaves out
			}
			written, err := os.Open(e.out())
			if err != nil {
				t.Fatal(err)
			}
			defer written.Close()
			text, err := ReadText(e.out(), written, "", MaxText)
			if err != nil || !strings.Contains(text, c.want) {
				t.Errorf("%s makes %q, error %v", command, text, err)
			}
		})
	}
}

// A text comes from every encoding that is offered as it was, and an unknown one is an error.
func TestReadTextInEncodings(t *testing.T) {
	for _, name := range append(EncodingNames(), "UTF-8", "Latin1", " windows-1252 ", "sjis", "gb2312", "ascii", "utf8", "utf16") {
		text, err := ReadText("", strings.NewReader(""), name, MaxText)
		if err != nil || text != "" {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for encoding, content := range map[string]string{
		"utf-16": "\xff\xfea\x00\n\x00", "utf-16be": "\xfe\xff\x00a\x00\n", "utf-16le": "a\x00\n\x00", "utf-32": "\x00\x00\xfe\xff\x00\x00\x00a\x00\x00\x00\n",
		"utf-32le": "a\x00\x00\x00\n\x00\x00\x00", "iso-8859-1": "a\n", "": "\xef\xbb\xbfa\n", "utf-8": "a\r", "macintosh": "a\r",
	} {
		if text, err := ReadText("", strings.NewReader(content), encoding, MaxText); err != nil || text != "a\n" {
			t.Errorf("%s: %q, error %v", encoding, text, err)
		}
	}
	for _, name := range []string{"latin-15", "x-user-defined", "iso-2022-kr", "replacement", "\x1b"} {
		err := CheckEncoding(name)
		var unknown *UnknownEncodingError
		if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "there is no encoding") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: error %v", name, err)
		}
	}
	_, err := ReadText("in.txt", strings.NewReader("a\n\x81\n"), "shift_jis", MaxText)
	if err == nil || !strings.Contains(err.Error(), "in.txt: line 2 has bytes that are not text in shift_jis") {
		t.Errorf("bytes of another encoding: error %v", err)
	}
	var large *file.SizeError
	if _, err := ReadText("", strings.NewReader("a\x00b\x00"), "utf-16", 1); !errors.As(err, &large) {
		t.Errorf("a text larger than it may be: error %v", err)
	}
}

// A carriage return alone ends a line, and one before a line feed stays as it is.
func TestLoneReturns(t *testing.T) {
	for text, want := range map[string]string{
		"a\rb\r": "a\nb\n", "a\r\nb\r\n": "a\r\nb\r\n", "a\r\rb": "a\n\nb", "a\r\nb\rc\n": "a\r\nb\nc\n", "\r": "\n", "a\n\r": "a\n\n", "": "", "a\nb": "a\nb",
	} {
		if got := withoutLoneReturns(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	c, err := Load("mac.txt", strings.NewReader(strings.ReplaceAll(twoLines, "\n", "\r")), Options{Unit: Word, By: ByTokens, HoldOut: 0.3, MinCount: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Train.Len() + c.HeldOut.Len(); n != 3 {
		t.Errorf("%d sentences, want 3", n)
	}
}

// Whatever bytes come, and whatever encoding they are said to have, they are text without NUL or an error of one line.
func FuzzReadText(f *testing.F) {
	for _, s := range []string{"the cat\n", "\xff\xfet\x00", "\x93Yes\x94", "%PDF-1.7\xff", "\x1f\x8b\x08\x00", "a\rb\r\nc", "\xe0\xa4", "\x00"} {
		for _, encoding := range []string{"", "utf-16", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp"} {
			f.Add(s, encoding)
		}
	}
	f.Fuzz(func(t *testing.T, content, encoding string) {
		text, err := ReadText("a/b.txt", strings.NewReader(content), encoding, 1<<16)
		if err != nil {
			if len(encoding) < 100 && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has two lines: %q", err)
			}
			return
		}
		if badByte(text) >= 0 || strings.Count(text, "\r") != strings.Count(text, "\r\n") {
			t.Errorf("%q in %q gives %q", content, encoding, text)
		}
	})
}
