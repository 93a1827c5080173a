package lesson

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"attend/internal/printable"
	"attend/internal/render"
)

// values are what a chapter has computed, by the names that its text has for them. A function computes more of them: the text
// says at which step.
type values map[string]any

// step makes the parts of a step. Its first line may name what to compute before, or say that it is optional.
func (v values) step(text string) ([]Part, error) {
	name, body, _ := strings.Cut(text, "\n")
	if title, optional := strings.CutPrefix(name, " optional: "); optional {
		parts, err := v.parts(body)
		return []Part{Optional{title, parts}}, err
	}
	if name = strings.TrimSpace(name); name != "" {
		compute, ok := v[name].(func() (values, error))
		if !ok {
			return nil, fmt.Errorf("the text has a step %q, which computes nothing: write --- alone", name)
		}
		more, err := compute()
		if err != nil {
			return nil, err
		}
		maps.Copy(v, more)
	}
	return v.parts(body)
}

// alone finds what stands on a line of its own and is no line of the text.
var alone = regexp.MustCompile(`(?m)^(\{(?:if|range|else|end)[^{}]*\})\n`)

// parts fills the places of a step and makes a part of each of its blocks, which empty lines divide.
func (v values) parts(body string) (parts []Part, err error) {
	decimals := func(format string) func(x any) string { return func(x any) string { return fmt.Sprintf(format, x) } }
	functions := template.FuncMap{"short": short, "counted": printable.Thousands[int],
		"two": decimals("%.2f"), "three": decimals("%.3f")}
	t := template.New("text").Delims("{", "}").Option("missingkey=error").Funcs(functions)
	if t, err = t.Parse(alone.ReplaceAllString(body, "$1")); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any(v)); err != nil {
		return nil, err
	}
	for block := range strings.SplitSeq(b.String(), "\n\n") {
		if block = strings.Trim(block, "\n"); block == "" {
			continue
		}
		part, err := v.part(strings.Split(block, "\n"))
		if err != nil {
			return nil, fmt.Errorf("the text has %q: %w", block, err)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// shown is ![title](name).
var shown = regexp.MustCompile(`!\[([^\]]*)\]\(([^)]*)\)`)

// named returns the picture of ![title](name).
func (v values) named(title, name string) (Picture, error) {
	switch part := v[name].(type) {
	case render.Arrows:
		part.Title = title
		return arrows(part), nil
	case Picture:
		part.Title = title
		return part, nil
	}
	return Picture{}, fmt.Errorf("no picture is named %s: write one of %s", name, strings.Join(slices.Sorted(maps.Keys(v)), ", "))
}

// pictures returns the picture of a line, or several to be shown side by side.
func (v values) pictures(line string) (Part, error) {
	var list Beside
	for _, m := range shown.FindAllStringSubmatch(line, -1) {
		p, err := v.named(m[1], m[2])
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func (v values) part(lines []string) (Part, error) {
	first, last := lines[0], lines[len(lines)-1]
	fence, fenced := strings.CutPrefix(first, "```")
	if fenced {
		if last != "```" || len(lines) < 3 {
			return nil, fmt.Errorf("the line ``` that ends it is missing: write one, and no empty line before it")
		}
		lines = lines[1 : len(lines)-1]
	}
	switch {
	case fence == "text":
		return Formula(strings.Join(lines, "\n")), nil
	case fence == "sh":
		var t Try
		for pair := range slices.Chunk(lines, 2) {
			t = append(t, Command{pair[len(pair)-1], strings.TrimPrefix(pair[0], "# ")})
		}
		return t, nil
	case fence == "bars":
		return barsOf(lines)
	case fenced:
		return nil, fmt.Errorf("```%s is not known: write ```text, ```sh or ```bars", fence)
	case strings.HasPrefix(first, "!["):
		return v.pictures(first)
	case strings.HasPrefix(first, "Question: "):
		return question(lines)
	case strings.HasPrefix(last, "|"):
		return table(lines)
	}
	return Paragraph(strings.Join(lines, " ")), nil
}

// What a reader types may have marks that divide a text; they are others until it is divided.
var (
	escape   = strings.NewReplacer("|", "\ufdd0", "\n", "\ufdd1")
	unescape = strings.NewReplacer("\ufdd0", "|", "\ufdd1", "\n")
)

// cells divides a row of a table.
func cells(row string) []string {
	list := strings.Split(strings.TrimSuffix(strings.TrimPrefix(row, "|"), "|"), "|")
	for i, cell := range list {
		list[i] = unescape.Replace(strings.TrimSpace(cell))
	}
	return list
}

// table reads a caption, if there is one, a heading, the line that aligns numbers to the right, and rows.
func table(lines []string) (t Table, err error) {
	n := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "|") })
	if len(lines) < n+3 {
		return t, fmt.Errorf("a table wants a heading, |---|---:| and rows")
	}
	t.Caption, t.Head = strings.Join(lines[:n], " "), cells(lines[n])
	t.Words = slices.IndexFunc(append(cells(lines[n+1]), ":"), func(s string) bool { return strings.HasSuffix(s, ":") })
	for _, line := range lines[n+2:] {
		row := cells(line)
		if len(row) != len(t.Head) {
			return t, fmt.Errorf("a row has %d cells and the heading %d: write as many", len(row), len(t.Head))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// barsOf reads a title and rows of a name, the length of a bar and its text.
func barsOf(lines []string) (Picture, error) {
	b := render.Bars{Title: lines[0]}
	for _, line := range lines[1:] {
		row := cells(line)
		length, err := strconv.ParseFloat(row[min(1, len(row)-1)], 64)
		if err != nil || len(row) != 3 {
			return Picture{}, fmt.Errorf("a bar wants a name, a number and a text: write | name | {.x} | {printf \"%%.2f\" .x} |")
		}
		b.Bars = append(b.Bars, render.Bar{Name: row[0], Value: length, Text: row[2]})
	}
	return bars(b), nil
}

// question reads what is asked, and the choices with their reasons.
func question(lines []string) (q Question, err error) {
	right := 0
	to := &q.Ask // what a line goes on with
	for _, line := range lines {
		switch mark, rest, _ := strings.Cut(line, " "); mark {
		case "Question:":
			line = rest
		case "-", "+":
			if mark == "+" {
				right, q.Right = right+1, len(q.Choices)
			}
			q.Choices = append(q.Choices, Choice{Text: rest})
			to = &q.Choices[len(q.Choices)-1].Reason
			continue
		}
		*to = strings.TrimSpace(*to + " " + strings.TrimSpace(line))
	}
	unexplained := slices.ContainsFunc(q.Choices, func(c Choice) bool { return c.Reason == "" })
	if right != 1 || unexplained || len(q.Choices) < 2 || len(q.Choices) > 9 {
		return q, fmt.Errorf("a question wants 2 to 9 choices, + before the right one, - before others, " +
			"and below each a line with the reason why it is right or wrong")
	}
	return q, nil
}
