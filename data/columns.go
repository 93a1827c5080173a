package data

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/printable"
)

// The hints on what repeats in every line.

// markup is the hint on a web page or a rich text.
func (s textSample) markup() string {
	lower := strings.ToLower(s.first[:min(len(s.first), 200)])
	const command = "pandoc -f %s -t plain --wrap=none IN -o OUT"
	ended := func(line string) bool { return strings.Contains(line, "</") || strings.Contains(line, "/>") }
	switch {
	case strings.HasPrefix(lower, "<!doctype html") || strings.HasPrefix(lower, "<html"):
		return s.withCommand("this is a web page, whose marks would be learned as words; plain text of it", fmt.Sprintf(command, "html"))
	case strings.HasPrefix(lower, `{\rtf`):
		return s.withCommand("this is rich text (RTF), whose marks would be learned as words; plain text of it", fmt.Sprintf(command, "rtf"))
	case strings.HasPrefix(lower, "<?xml ") || s.share(xmlMark.MatchString) > 0.5 && s.share(ended) > 0.3:
		return s.withCommand("this is XML, whose marks would be learned as words; the text between them", "sed -E 's/<[^<>]*>//g' IN > OUT")
	}
	return ""
}

// xmlMark is a mark of XML at the beginning of a line.
var xmlMark = regexp.MustCompile(`^<[/?!]?[A-Za-z][^<>]*>`)

// json is the hint on a text whose lines are objects of JSON: it names the field with the longest texts.
func (s textSample) json() string {
	sizes := map[string]int{}
	objects := s.share(func(line string) bool {
		var o map[string]any
		if line[0] != '{' || json.Unmarshal([]byte(line), &o) != nil {
			return false
		}
		for name, value := range o {
			if text, ok := value.(string); ok {
				sizes[name] += len(text)
			}
		}
		return true
	})
	if objects < nearlyAll || len(sizes) == 0 {
		return ""
	}
	longest := ""
	for name, size := range sizes {
		if longest == "" || size > sizes[longest] || size == sizes[longest] && name < longest {
			longest = name
		}
	}
	quoted, _ := json.Marshal(longest) // a string is never an error
	return s.withCommand(fmt.Sprintf("each line is an object of JSON, whose names would be learned as words; its field %s alone", printable.Quote(longest)),
		"jq -r "+printable.ShellWord(".["+string(quoted)+"]")+" IN > OUT")
}

// subtitleTime is the line of SRT and of WebVTT that says when a subtitle is shown.
var subtitleTime = regexp.MustCompile(`^([0-9]+:)?[0-9]{1,2}:[0-9]{2}([.,][0-9]+)? +--> +[0-9]+:`)

// subtitles is the hint on a file of subtitles.
func (s textSample) subtitles() string {
	if s.share(subtitleTime.MatchString) < 0.1 {
		return ""
	}
	return s.withCommand("these are subtitles, whose numbers and times would be learned as words; the spoken lines alone",
		"grep -v -E '^[0-9]*[[:space:]]*$|-->|^WEBVTT' IN > OUT")
}

// A stamp is a date, a time, or both, at the beginning of a line, in brackets or after marks that show nothing. A date is in numbers,
// or it has the name of a month: in English, or in any language between a day and a year.
const (
	stampTime = `[0-9]+(:[0-9][0-9.,]+)+`
	weekday   = `((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?[[:space:]]+)?`
	month     = `(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[.,]?`
	apart     = `[-./[:space:]]+`
	stampDate = `([0-9]+[-./][0-9]{1,2}[-./][0-9]+|` +
		weekday + `(` + month + `[[:space:]]+[0-9]{1,2}(,?[[:space:]]+[0-9]{4})?|[0-9]{1,2}` + apart + month + `(` + apart + `[0-9]{2,4})?)|` +
		`[0-9]{1,2}` + apart + `\pL{3,12}` + apart + `[0-9]{4})`
	afterTime = `([+-][0-9:]+|Z)?([[:space:]]+[A-Z]{3,4}[[:space:]]+[0-9]{4}|[[:space:]]+(19|20)[0-9]{2}|[[:space:]]+[+-][0-9]{4})*` +
		`([^[:alnum:]-]{0,3}[AaPp]\.?[Mm][^[:alnum:]])?`
	stamped = `^[^[:alnum:]]*(` + stampDate + `([^0-9]{1,6}` + stampTime + afterTime + `)?|` + stampTime + afterTime + `)`
)

var (
	stamp    = regexp.MustCompile(stamped + `([^[:alnum:].]|\.[^0-9]|\.?$)`) // and not four numbers with dots between them
	stampEnd = regexp.MustCompile(stamped + `[])>[:space:],;:-]*`)
)

// stamps is the hint on a chat or a log with a time in every line.
func (s textSample) stamps() string {
	if s.share(stamp.MatchString) < nearlyAll {
		return ""
	}
	shapes := map[string]int{}
	for _, line := range s.lines {
		if stamp.MatchString(line) {
			shapes[shapeOf(stampEnd.FindString(line))]++
		}
	}
	most := slices.SortedFunc(maps.Keys(shapes), func(a, b string) int {
		return cmp.Or(cmp.Compare(shapes[b], shapes[a]), strings.Compare(a, b))
	})
	expression, left := "", len(s.lines)/20 // lines whose stamps may stay
	for i, covered := 0, 0; i < min(len(most), 3) && covered+left < len(s.lines); i++ {
		covered += shapes[most[i]]
		expression += "|" + most[i]
	}
	return s.withCommand("each line begins with a date or a time, which would be learned as words; the lines without it",
		"sed -E "+printable.ShellWord("s/^("+expression[1:]+")//")+" IN > OUT")
}

// shapeOf returns an expression of the beginnings of lines that are like one: its digits, its letters of ASCII, its spaces and its
// other characters in stretches of any length, its marks as they are. The expression means the same in Go and in sed in every
// locale: in some of them sed matches bytes instead of characters.
func shapeOf(beginning string) string {
	var b strings.Builder
	last := ""
	for _, r := range strings.TrimRightFunc(beginning, unicode.IsSpace) {
		kind := ""
		switch {
		case isDigit(r):
			kind = "[0-9]+"
		case r >= utf8.RuneSelf:
			kind = "[^0-9 ]+"
		case unicode.IsLetter(r):
			kind = "[A-Za-z]+"
		case unicode.IsSpace(r):
			kind = "[[:space:]]+"
		default:
			b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(string(r)), "/", `\/`))
		}
		if kind != last {
			b.WriteString(kind)
		}
		last = kind
	}
	return b.String() + "[[:space:]]*"
}

// verse is a chapter and a verse at the beginning of a line, perhaps after the name of the book.
const verse = `([1-4]?\.?[[:space:]]*([^[:space:][:digit:]]+[[:space:]]+){1,3})?([0-9]+)[:,]([0-9]+)[.):]?[[:space:]]+`

var verseNumber = regexp.MustCompile("^" + verse)

// verses is the hint on lines that begin with a chapter and a verse, each the next verse or the first of a chapter.
func (s textSample) verses() string {
	chapter, last, isTime := "", 0, true // times have minutes of two digits
	rising := s.share(func(line string) bool {
		m := verseNumber.FindStringSubmatch(line)
		if m == nil {
			return false
		}
		n, _ := strconv.Atoi(m[4]) // 0 if it is too large
		follows := last == 0 || n == 1 || m[3] == chapter && n == last+1
		chapter, last, isTime = m[3], n, isTime && len(m[4]) != 1
		return follows
	})
	if rising < nearlyAll || isTime {
		return ""
	}
	return s.withCommand("each line begins with a chapter and a verse, which would be learned as words; the lines without them",
		`sed -E 's/^[[:space:]]*`+verse+`//' IN > OUT`)
}

// lineNumber is a number at the beginning of a line.
var lineNumber = regexp.MustCompile(`^([0-9]{1,9})[.):]?\s+\S`)

// numbers is the hint on lines that are numbered one after the other.
func (s textSample) numbers() string {
	last := -2
	rising := s.share(func(line string) bool {
		m := lineNumber.FindStringSubmatch(line)
		if m == nil {
			return false
		}
		n, _ := strconv.Atoi(m[1]) // it has at most nine digits
		follows := n == last+1 || last == -2
		last = n
		return follows
	})
	if rising < nearlyAll {
		return ""
	}
	return s.withCommand("the lines are numbered, and the numbers would be learned as words; the lines without them",
		`sed -E 's/^[[:space:]]*[0-9]+[.):]?[[:space:]]+//' IN > OUT`)
}

// columns is the hint on a table: nearly all lines have the same number of a delimiter. It proposes the column with most words.
func (s textSample) columns() string {
	for _, d := range []struct {
		comma      rune
		name, flag string
	}{{'\t', "tabs", ""}, {';', "semicolons", " -d ';'"}, {',', "commas", " -d ,"}, {'|', "vertical bars", " -d '|'"}} {
		rows, quotes := s.rows(d.comma)
		if rows == nil {
			continue
		}
		column, header := textColumn(rows)
		wrong := fmt.Sprintf("each line has %s, which are separated by %s; column %d alone", printable.Count(len(rows[0]), "column"), d.name, column+1)
		from := "cut" + d.flag + fmt.Sprintf(" -f %d", column+1)
		switch {
		case quotes:
			rest := ""
			if header {
				rest = "[1:]"
			}
			comma := fmt.Sprintf("delimiter=%q", d.comma)
			if d.comma == ',' {
				comma = ""
			} else {
				comma = ", " + strings.ReplaceAll(comma, `"`, "'")
			}
			return s.withCommand(wrong, fmt.Sprintf(`python3 -c "import csv, sys; [print(r[%d]) for r in list(csv.reader(sys.stdin%s))%s if len(r) > %d]" < IN > OUT`,
				column, comma, rest, column))
		case header:
			return s.withCommand(wrong+", without its title", "tail -n +2 IN | "+from+" > OUT")
		}
		return s.withCommand(wrong, from+" IN > OUT")
	}
	return ""
}

// rows returns the lines as rows of fields, if nearly all have the same number of a delimiter that stands as one: before no space, not
// between digits, at neither end of the line. quotes reports whether fields are quoted.
func (s textSample) rows(comma rune) (rows [][]string, quotes bool) {
	fields := map[int]int{}
	var all [][]string
	for _, line := range s.lines {
		if !delimits(line, comma) {
			fields[1]++
			continue
		}
		r := csv.NewReader(strings.NewReader(line))
		r.Comma, r.LazyQuotes = comma, true
		row, err := r.Read()
		if err != nil {
			fields[1]++
			continue
		}
		quotes = quotes || strings.Contains(line, `"`) && strings.Join(row, string(comma)) != line
		fields[len(row)]++
		all = append(all, row)
	}
	most := 1
	for n := range fields {
		if n > 1 && (most == 1 || fields[n] > fields[most]) {
			most = n
		}
	}
	if most == 1 || len(s.lines) < fewLines || float64(fields[most]) < nearlyAll*float64(len(s.lines)) {
		return nil, false
	}
	return slices.DeleteFunc(all, func(row []string) bool { return len(row) != most }), quotes
}

// delimits reports whether a character separates fields of a line.
func delimits(line string, comma rune) bool {
	if comma == '\t' || comma == '|' {
		return strings.ContainsRune(strings.Trim(line, string(comma)+" "), comma)
	}
	found, quoted := false, false
	for i, r := range line {
		if r == '"' {
			quoted = !quoted
		}
		if r != comma || quoted {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		after, _ := utf8.DecodeRuneInString(line[i+1:])
		if unicode.IsSpace(after) || i+1 == len(line) && !found {
			return false
		}
		found = found || !(unicode.IsDigit(before) && unicode.IsDigit(after))
	}
	return found
}

// textColumn returns the column with most words, and whether the first row has the titles of the columns: that column has one or two
// words there, and several times as many below; or another column has a word there, and numbers below.
func textColumn(rows [][]string) (column int, header bool) {
	words := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, field := range row {
			words[i] += len(strings.Fields(field))*1000 + min(999, count([]string{field}, hasLetter))
		}
	}
	for i := range words {
		if words[i] > words[column] {
			column = i
		}
	}
	first := len(strings.Fields(rows[0][column]))
	if first > 2 || strings.ContainsAny(rows[0][column], ".!?") {
		return column, false
	}
	for i := range words {
		header = header || hasLetter(rows[0][i]) && !slices.ContainsFunc(rows[1:], func(row []string) bool { return hasLetter(row[i]) || row[i] == "" })
	}
	return column, header || words[column] >= 3*1000*first*len(rows)/2
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// beginnings is the hint on a title that nearly all lines begin with, up to a mark that separates it.
func (s textSample) beginnings() string {
	counts := map[string]int{}
	for _, line := range s.lines {
		for _, title := range titlesOf(line) {
			counts[title]++
		}
	}
	longest := ""
	for title, n := range counts {
		if float64(n) >= nearlyAll*float64(len(s.lines)) && len(title) > len(longest) {
			longest = title
		}
	}
	if len(s.lines) < fewLines || longest == "" {
		return ""
	}
	escaped := regexp.MustCompile(`[]\[.*^$/\\&]`).ReplaceAllString(longest, `\$0`)
	return s.withCommand(fmt.Sprintf("each line begins with %s, which would be learned as words; the lines without it", printable.Quote(strings.TrimSpace(longest))),
		"sed "+printable.ShellWord("s/^"+escaped+"//")+" IN > OUT")
}

// titlesOf returns the beginnings of a line that end in a mark which separates a title, with the mark and a space.
func titlesOf(line string) (titles []string) {
	for i := range line[:min(len(line), printable.MaxQuote)] {
		for _, mark := range []string{": ", "| ", "] ", "> ", " - ", " – ", " — "} {
			if i > 0 && strings.HasPrefix(line[i:], mark) {
				titles = append(titles, line[:i+len(mark)])
			}
		}
	}
	return titles
}

// repeated is the hint on one line that stands between all others, such as the title of a book on each page. A refrain is part of a
// text: the line ends in no mark that ends a sentence, as most of the others do.
func (s textSample) repeated() string {
	const few = 20
	counts := map[string]int{}
	first, second := "", ""
	for _, line := range s.lines {
		counts[line]++
	}
	for line, n := range counts {
		switch {
		case first == "" || n > counts[first]:
			first, second = line, first
		case second == "" || n > counts[second]:
			second = line
		}
	}
	ends := func(line string) bool {
		return strings.ContainsAny(line[max(0, len(line)-4):], `.!?…"”“»'’。！？।؟`)
	}
	if others := float64(len(s.lines) - counts[first]); ends(first) || float64(count(s.lines, ends)) < 0.6*others {
		return ""
	}
	if n := counts[first]; len(s.lines) < few || 3*n < len(s.lines) || 5*counts[second] > n || utf8.RuneCountInString(first) > printable.MaxQuote {
		return ""
	}
	return s.withCommand(fmt.Sprintf("the line %s stands %d times between the others; the text without it", printable.Quote(first), counts[first]),
		"grep -v -F -e "+printable.ShellWord(first)+" IN > OUT")
}
