package data

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"attend/internal/printable"
)

// hintOf returns the hint for a text in a unit.
func hintOf(t *testing.T, path, text, unit string) string {
	t.Helper()
	u, err := Units.Find("unit", unit)
	if err != nil {
		t.Fatal(err)
	}
	return hint(path, text, sourceForm{}, u)
}

// Ordinary sentences, poems, dialogues and code have no hint, whether they are few or many.
func TestNoHint(t *testing.T) {
	paths, err := filepath.Glob("testdata/ordinary/*.txt")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d texts, error %v", len(paths), err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		for name, text := range map[string]string{"": text, "first line": text[:strings.IndexByte(text, '\n')], "60 times": strings.Repeat(text, 60),
			"in Windows": strings.ReplaceAll(text, "\n", "\r\n"), "with blank lines": strings.ReplaceAll(text, "\n", "\n\n"), "3,000 times": strings.Repeat(text, 3000)} {
			for _, unit := range []string{Word, Char} {
				if got := hintOf(t, path, text, unit); got != "" {
					t.Errorf("%s %s, %s: %s", filepath.Base(path), name, unit, got)
				}
			}
		}
	}
	corpus, err := Savanna()
	if err != nil {
		t.Fatal(err)
	}
	var savanna strings.Builder
	for _, sentence := range corpus.TrainText.All() {
		savanna.WriteString(sentence + "\n")
	}
	if corpus.Hint != "" || hintOf(t, "savanna", savanna.String(), Word) != "" {
		t.Error("the savanna has a hint")
	}
}

// joined returns an ordinary text without the spaces in its lines.
func joined(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "ordinary", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(" ", "", "\u200b", "").Replace(string(b))
}

// A text without words, or without sentences, is said to read better as characters, and only in words.
func TestHintOnTheUnit(t *testing.T) {
	var dna, ids, names strings.Builder
	for i := range 200 {
		for k := range 40 {
			dna.WriteByte("ACGT"[(i*i+k*k*k+i*k)%4])
		}
		dna.WriteByte('\n')
		fmt.Fprintf(&ids, "the%x id%x key%x\n", i*7919, i*104729, i*1299709)
		fmt.Fprintf(&names, "Name%c%c\n", 'a'+i%26, 'a'+i/26)
	}
	const script, single, long = "few or none: --unit char reads the text", "did you mean --unit char", "more than 30 letters"
	for name, c := range map[string]struct{ text, want string }{
		"Chinese":     {joined(t, "chinese-in-words"), "in Chinese characters, has " + script},
		"Japanese":    {joined(t, "japanese-in-words"), "in Japanese, has " + script},
		"Thai":        {joined(t, "thai-in-words"), "in Thai, has " + script},
		"Khmer":       {joined(t, "khmer-with-zero-width-spaces"), "in Khmer, has " + script},
		"Lao":         {"ສິງໂຕເຫັນມ້າລາຍໃກ້ແມ່ນ້ຳ\nໝາຈິ້ງຈອກກິນປາ ແລະນອນໃຕ້ຕົ້ນໄມ້\n", "in Lao, has " + script},
		"Burmese":     {"ခြင်္သေ့သည်မြစ်အနီးတွင်မြင်းကျားကိုတွေ့ခဲ့သည်။\nမြေခွေးသည်ငါးစားပြီး သစ်ပင်အောက်တွင်အိပ်ခဲ့သည်။\n", "in Burmese, has " + script},
		"a poem":      {"床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n", "in Chinese characters"},
		"spaced":      {"床前明月光 疑是地上霜\n举头望明月 低头思故乡\n白日依山尽 黄河入海流\n", "in Chinese characters"},
		"three":       {"人之初\n性本善\n性相近\n习相远\n苟不教\n性乃迁\n", "in Chinese characters"},
		"mixed":       {"我在Google工作，每天用Python写代码。\n他说OK，然后走了。\n", "in Chinese characters"},
		"one line":    {strings.ReplaceAll(joined(t, "chinese-in-words"), "\n", ""), "in Chinese characters"},
		"names":       {names.String(), single},
		"few names":   {"bako\ntirene\nluma\nsadovi\nkero\nmelina\n", single},
		"with marks":  {"Bako.\nTirene!\nLuma.\nSadovi.\nKero.\nMelina.\n", single},
		"words":       {"apple\npear\nice cream\nplum\ncherry\nfig\nlemon\nmelon\ngrape\nquince\nlime\nkiwi\n", single},
		"DNA":         {dna.String(), long},
		"FASTA":       {">seq one\n" + strings.ReplaceAll(dna.String(), "\n", "\n>seq next of it\n"), long},
		"no spaces":   {strings.Repeat("itwasabrightcolddayinaprilandtheclockswerestriking", 40), long},
		"identifiers": {ids.String(), "nearly every word of the text occurs once"},
		"paragraphs":  {strings.Repeat(strings.Repeat("the lion saw the zebra near the river. ", 30)+"\n", 4), "have 270 tokens in the mean: put one sentence on a line, or choose --unit char"},
	} {
		if got := hintOf(t, "in.txt", c.text, Word); !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := hintOf(t, "in.txt", c.text, Char); got != "" {
			t.Errorf("%s in characters: %q", name, got)
		}
	}
}

// What repeats in every line is named, and the command that is advised leaves the sentences.
func TestHintOnWhatRepeats(t *testing.T) {
	sentences := []string{"the lion saw the zebra near the river", "the hyena chased the antelope", "the fox ate, and slept", "it rained at 9 o'clock",
		"an owl sat on the old mill", "the river ran; the fish hid", "the moon rose over the hill", "nobody came home"}
	lines := func(format func(i int, s string) string) string {
		var b strings.Builder
		for i, s := range sentences {
			b.WriteString(format(i, s) + "\n")
		}
		return b.String()
	}
	plain := strings.Join(sentences, "\n") + "\n"
	spoken := lines(func(i int, s string) string { return "anna: " + s })
	quoted := func(s string) string { return `"` + s + `"` }
	for name, c := range map[string]struct{ text, want, tool, left string }{
		"chat":                   {lines(func(i int, s string) string { return fmt.Sprintf("[12:0%d] anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"WhatsApp":               {lines(func(i int, s string) string { return fmt.Sprintf("12/03/21, 10:1%d PM - anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"WhatsApp on a phone":    {lines(func(i int, s string) string { return fmt.Sprintf("\u200e[12.03.21, 10:15:0%d] anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"WhatsApp, narrow space": {lines(func(i int, s string) string { return fmt.Sprintf("3/12/21, 7:1%d\u202fPM - anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"WhatsApp in French":     {lines(func(i int, s string) string { return fmt.Sprintf("12/03/2021 à 10:1%d - anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"halves in dots":         {lines(func(i int, s string) string { return fmt.Sprintf("7:1%d p.m. - anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"names like letters of a time": {lines(func(i int, s string) string {
			return fmt.Sprintf("12:0%d %s: %d %s", i, []string{"Amy", "Zoe", "Pm2", "Tom", "AMT"}[i%5], i, s)
		}), "begins with a date or a time", "sed",
			lines(func(i int, s string) string {
				return fmt.Sprintf("%s: %d %s", []string{"Amy", "Zoe", "Pm2", "Tom", "AMT"}[i%5], i, s)
			})},
		"syslog": {lines(func(i int, s string) string { return fmt.Sprintf("Jan %2d 12:00:0%d anna: %s", 6+i, i, s) }), "begins with a date or a time", "sed", spoken},
		"Apache": {lines(func(i int, s string) string { return fmt.Sprintf("[Mon Jan 05 12:00:0%d.123456 2026] anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"access": {lines(func(i int, s string) string { return fmt.Sprintf("05/Jan/2026:12:00:0%d +0000 anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"git": {lines(func(i int, s string) string {
			return fmt.Sprintf("Mon Jan %d 12:00:0%d 2026 +0100 anna: %s", 5+i, i, s)
		}), "begins with a date or a time", "sed", spoken},
		"Skype":         {lines(func(i int, s string) string { return fmt.Sprintf("[January %d, 2026 at 7:1%d PM] anna: %s", 5+i, i, s) }), "begins with a date or a time", "sed", spoken},
		"letters":       {lines(func(i int, s string) string { return fmt.Sprintf("%d. März 2026: %s", 5+i, s) }), "begins with a date or a time", "sed", plain},
		"Russian diary": {lines(func(i int, s string) string { return fmt.Sprintf("%d января 2026 – %s", 5+i, s) }), "begins with a date or a time", "sed", ""},
		"two forms": {lines(func(i int, s string) string {
			return []string{fmt.Sprintf("[12:00:0%d] %s", i, s), fmt.Sprintf("(5/1/26 12:00) %s", s)}[i%2]
		}), "begins with a date or a time", "sed", plain},
		"addresses":        {lines(func(i int, s string) string { return fmt.Sprintf("127.0.0.%d said %s", i*i, s) }), "", "", ""},
		"verses":           {lines(func(i int, s string) string { return fmt.Sprintf("1:%d %s", 4+i, s) }), "begins with a chapter and a verse", "sed", plain},
		"verses of two":    {lines(func(i int, s string) string { return fmt.Sprintf("%d:%d. %s", 1+i/4, 1+i%4, s) }), "begins with a chapter and a verse", "sed", plain},
		"verses of a book": {lines(func(i int, s string) string { return fmt.Sprintf("Song of Sol 1:%d %s", 1+i, s) }), "begins with a chapter and a verse", "sed", plain},
		"verses in German": {lines(func(i int, s string) string { return fmt.Sprintf("1. Mose 1,%d %s", 1+i, s) }), "begins with a chapter and a verse", "sed", plain},
		"scores":           {lines(func(i int, s string) string { return fmt.Sprintf("they won %d:%d as %s", i*i%5, i*7%4, s) }), "", "", ""},
		"tagged":           {"<?xml version=\"1.0\"?>\n" + lines(func(i int, s string) string { return fmt.Sprintf("<l n=\"%d\">%s</l>", i, s) }), "this is XML", "sed", "\n" + plain},
		"CSV of few words": {"id,animal\n1,lion\n2,grey wolf\n3,zebra\n4,owl\n5,fox\n", "column 2 alone, without its title", "cut", "lion\ngrey wolf\nzebra\nowl\nfox\n"},
		"numbers after a time": {lines(func(i int, s string) string { return fmt.Sprintf("[12:0%d] %d %s", i, i*i%7, s) }), "begins with a date or a time", "sed",
			lines(func(i int, s string) string { return fmt.Sprintf("%d %s", i*i%7, s) })},
		"lines without a time": {lines(func(i int, s string) string { return fmt.Sprintf("12:0%d %s", i, s) }) + strings.Repeat("13:00 so it goes\n", 9) + "3 eggs\n", "begins with a date or a time", "sed", plain + strings.Repeat("so it goes\n", 9) + "3 eggs\n"},
		"IRC":                  {lines(func(i int, s string) string { return fmt.Sprintf("10:1%d:00 <anna> %s", i, s) }), "begins with a date or a time", "sed", ""},
		"log":                  {lines(func(i int, s string) string { return fmt.Sprintf("2024-01-02T10:15:0%dZ anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"log with fractions":   {lines(func(i int, s string) string { return fmt.Sprintf("2024-01-02 10:15:0%d,123 anna: %s", i, s) }), "begins with a date or a time", "sed", spoken},
		"diary":                {lines(func(i int, s string) string { return fmt.Sprintf("0%d.03.2021: %s", i+1, s) }), "begins with a date or a time", "sed", plain},
		"Cyrillic":             {lines(func(i int, s string) string { return fmt.Sprintf("[12:0%d] Анна: %s", i, s) }), "begins with a date or a time", "sed", strings.ReplaceAll(spoken, "anna", "Анна")},
		"SRT": {lines(func(i int, s string) string {
			return fmt.Sprintf("%d\r\n00:00:0%d,500 --> 00:00:0%d,900\r\n%s\n\r", i+1, i, i, s)
		}), "these are subtitles", "grep", plain},
		"VTT": {"WEBVTT\n\n" + lines(func(i int, s string) string {
			return fmt.Sprintf("00:0%d.500 --> 00:0%d.900 align:start\n%s\n", i, i, s)
		}), "these are subtitles", "grep", plain},
		"numbered":           {lines(func(i int, s string) string { return fmt.Sprintf("%d\t%s", i+1, s) }), "the lines are numbered", "sed", plain},
		"numbered with dots": {lines(func(i int, s string) string { return fmt.Sprintf("%3d. %s", i+95, s) }), "the lines are numbered", "sed", plain},
		"TSV":                {lines(func(i int, s string) string { return fmt.Sprintf("%d\t%s\tanna", i*7, s) }), "has 3 columns, which are separated by tabs; column 2 alone", "cut", plain},
		"TSV with titles":    {"id\ttext\n" + lines(func(i int, s string) string { return fmt.Sprintf("%d\t%s", i*7, s) }), "column 2 alone, without its title", "cut", plain},
		"CSV":                {lines(func(i int, s string) string { return fmt.Sprintf("%d,%s,anna", i*7, strings.ReplaceAll(s, ", ", " ")) }), "separated by commas; column 2 alone", "cut", strings.ReplaceAll(plain, ", ", " ")},
		"CSV with titles":    {"id,text,who\n" + lines(func(i int, s string) string { return fmt.Sprintf("%d,%s,anna", i*7, strings.ReplaceAll(s, ", ", " ")) }), "column 2 alone, without its title", "cut", strings.ReplaceAll(plain, ", ", " ")},
		"CSV with quotes":    {"id,text\n" + lines(func(i int, s string) string { return fmt.Sprintf("%d,%s", i*7, quoted(s)) }), "column 2 alone", "python3", plain},
		"semicolons":         {lines(func(i int, s string) string { return fmt.Sprintf("%d;%s;", i*7, strings.ReplaceAll(s, "; ", " ")) }), "separated by semicolons; column 2", "cut", strings.ReplaceAll(plain, "; ", " ")},
		"bars":               {lines(func(i int, s string) string { return fmt.Sprintf("x%d|%s", i*7, s) }), "separated by vertical bars; column 2", "cut", plain},
		"title":              {lines(func(i int, s string) string { return "The [old] mill: " + s }), `each line begins with "The [old] mill:"`, "sed", plain},
		"speaker":            {lines(func(i int, s string) string { return "> " + s }), "", "", ""},
		"JSON":               {lines(func(i int, s string) string { return fmt.Sprintf(`{"id": %d, "the text": %q, "who": "anna"}`, i, s) }), `its field "the text" alone`, "jq", plain},
		"page":               {"<!DOCTYPE html>\n<html><p>" + plain + "</p></html>", "this is a web page", "pandoc", ""},
		"RTF":                {`{\rtf1\ansi ` + plain + "}", "this is rich text", "pandoc", ""},
		"each page":          {strings.Repeat(lines(func(i int, s string) string { return fmt.Sprintf("%s %d.\n- My Book -", s, i) }), 3), `the line "- My Book -" stands 24 times`, "grep", ""},
	} {
		t.Run(name, func(t *testing.T) {
			const path = "my text.csv"
			t.Chdir(t.TempDir())
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			got := hintOf(t, path, c.text, Word)
			if !strings.Contains(got, c.want) || strings.Contains(got, "\n") || (got == "") != (c.want == "") {
				t.Fatalf("%q, want %q", got, c.want)
			}
			if other := hintOf(t, path, c.text, Char); other != got {
				t.Errorf("in characters: %q", other)
			}
			if c.want == "" {
				return
			}
			if short := hintOf(t, "my chat.txt", c.text, Word); printable.Message(short, 399) != short {
				t.Errorf("a line is too short for %q", short)
			}
			if _, err := exec.LookPath(c.tool); err != nil {
				t.Skip(err)
			}
			command := got[strings.LastIndex(got, ": ")+2:]
			if at := strings.Index(got, ": "+c.tool); at >= 0 {
				command = got[at+2:]
			}
			if at := strings.Index(got, ": tail "); at >= 0 {
				command = got[at+2:]
			}
			if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", command, err, out)
			}
			b, err := os.ReadFile("my text-text.txt")
			if err != nil {
				t.Fatal(err)
			}
			left := strings.ReplaceAll(string(b), "\r", "")
			if c.left != "" && left != c.left {
				t.Errorf("%s leaves %q", command, left)
			}
			if again := hintOf(t, "in.txt", left, Word); again != "" && c.left != spoken && !strings.Contains(again, "begins with \"") {
				t.Errorf("%s leaves a text with the hint %q", command, again)
			}
		})
	}
}

// A command is whole: of a path that leaves no room for it on the line, it has FILE and OUT instead.
func TestHintWithALongPath(t *testing.T) {
	var chat strings.Builder
	for i := range 9 {
		fmt.Fprintf(&chat, "[12:0%d] the lion saw the zebra\n", i)
	}
	for length, want := range map[int]string{50: "IN", 150: "FILE", 250: "FILE"} {
		path := strings.Repeat("x", length-4) + ".txt"
		got := hintOf(t, path, chat.String(), Word)
		if want == "IN" {
			want = path
		}
		if !strings.Contains(got, "//' "+want+" > ") || printable.Message("note: "+got, 399) != "note: "+got {
			t.Errorf("a path of %d characters: %q", length, got)
		}
	}
}

// The command of a hint works on the file as it came: in its encoding, with its byte-order mark, with its line ends.
func TestHintOnTheFileAsItCame(t *testing.T) {
	spoken := []string{"the lion saw the zebra", "the hyena chased the antelope", "the fox ate fish", "an owl sat on the old mill", "the moon rose, père", "nobody came home"}
	var chat, srt, titled, quoted strings.Builder
	titled.WriteString("id\ttext\n")
	quoted.WriteString("id,text\n")
	for i, s := range spoken {
		fmt.Fprintf(&chat, "[12:0%d] %s\n", i, s)
		fmt.Fprintf(&srt, "%d\n00:00:0%d,500 --> 00:00:0%d,900\n%s\n\n", i+1, i, i, s)
		fmt.Fprintf(&titled, "%d\t%s\n", i*7, s)
		fmt.Fprintf(&quoted, "%d,%q\n", i*7, s)
	}
	utf16le := func(s string) string { // with its mark
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for text, tool := range map[string]string{chat.String(): "sed", srt.String(): "grep", titled.String(): "cut", quoted.String(): "python3"} {
		for name, c := range map[string]struct{ encoding, file string }{
			"plain":                    {"", text},
			"with a mark":              {"", "\ufeff" + text},
			"with a mark, for Windows": {"", "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n")},
			"of an old Mac":            {"", strings.ReplaceAll(text, "\n", "\r")},
			"UTF-16":                   {"utf-16", utf16le(text)},
			"UTF-16 of an old Mac":     {"utf-16", utf16le(strings.ReplaceAll(text, "\n", "\r"))},
			"Windows-1252":             {"windows-1252", strings.ReplaceAll(strings.ReplaceAll(text, "è", "\xe8"), "\n", "\r\n")},
		} {
			t.Run(tool+" "+name, func(t *testing.T) {
				for _, needed := range []string{tool, "iconv", "sh"} {
					if _, err := exec.LookPath(needed); err != nil {
						t.Skip(err)
					}
				}
				const path = "my chat.txt"
				t.Chdir(t.TempDir())
				if err := os.WriteFile(path, []byte(c.file), 0o644); err != nil {
					t.Fatal(err)
				}
				corpus, err := Load(path, strings.NewReader(c.file), Options{Unit: Word, By: ByTokens, Encoding: c.encoding, MinCount: 1})
				if err != nil {
					t.Fatal(err)
				}
				_, command, _ := strings.Cut(corpus.Hint, ": ")
				if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v %s", corpus.Hint, err, out)
				}
				b, err := os.ReadFile(strings.TrimSuffix(path, ".txt") + "-text.txt")
				if got := strings.Join(strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' || r == '\r' }), "\n"); err != nil || got != strings.Join(spoken, "\n") {
					t.Errorf("%s: %q, error %v", command, got, err)
				}
			})
		}
	}
}

// The hint is the first note of a text that is read, and part of the error of one that is not.
func TestHintIsSaid(t *testing.T) {
	options := Options{Unit: Word, By: ByTokens, HoldOut: 0.2}
	for _, name := range []string{"chinese", "names"} {
		f, err := os.Open("../../shared/faults/" + name + ".txt")
		if err != nil {
			t.Skipf("without ../../shared/faults: %v", err)
		}
		defer f.Close()
		c, err := Load(name+".txt", f, options)
		if err != nil || !strings.Contains(c.Hint, "--unit char") || c.Notes[0] != c.Hint {
			t.Errorf("%s: hint %q, error %v", name, c.Hint, err)
		}
	}
	names := "bako\ntirene\nluma\nsadovi\nkero\nmelina\n"
	options.MinCount = 2
	if _, err := Load("names.txt", strings.NewReader(names), options); err == nil || !strings.Contains(err.Error(), "lower --min-count; each line is a sentence, and these have one word each") {
		t.Errorf("names: error %v", err)
	}
	if _, err := Load("wall.txt", strings.NewReader("小猫看见小狗在河边喝水\n"), options); err == nil || !strings.HasSuffix(err.Error(), "--unit char reads the text character by character") {
		t.Errorf("one line of Chinese: error %v", err)
	}
}

// Whatever a text is, its hint is one line without control characters, or none.
func FuzzHint(f *testing.F) {
	for _, s := range []string{"[12:03] anna: hi\n", "a,b\n", "1\tx\n", "小猫看见小狗。\n", "{\"a\":\"b\"}\n", "00:01 --> 00:02:\n", "a\x1bb: c\n", "\"a\",\"b\n", "- x -\ny\n", "a'b|c\n"} {
		f.Add(s, 6)
	}
	f.Fuzz(func(t *testing.T, text string, times int) {
		if len(text) > 1000 {
			return
		}
		for _, unit := range []string{Word, Char} {
			got := hintOf(t, "a b/c.txt", strings.Repeat(text, 1+times&31), unit)
			if strings.ContainsAny(got, "\n\r\x1b\x00") {
				t.Errorf("%q: %q", text, got)
			}
		}
	})
}
