package play

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
)

// configure starts a new training.
func (s *Session) configure(in Configure) (State, error) {
	g := given{}
	text, name, sentence := in.Text, in.FileName, in.Sentence
	switch {
	case in.Preset != "" && in.Text != "":
		return State{}, errors.New("a preset and a text: want one of the two")
	case in.Preset != "":
		preset, err := presetNamed(in.Preset)
		if err != nil {
			return State{}, err
		}
		maps.Copy(g, preset.Settings)
		text, name = preset.text, preset.fileName
		if sentence == "" {
			sentence = preset.Sentence
		}
	case in.Text == "":
		before, err := s.trained()
		if err != nil {
			return State{}, errors.New("neither a preset nor a text: want one of the two")
		}
		if text, name = before.text.text, before.run.Settings.Data; text == "" { // it is built in
			g[dataSetting] = name
		}
		var of State
		of.Changed = g
		before.describeCommand(&of)
		sentence = cmp.Or(sentence, before.run.Settings.Sample)
	}
	for _, of := range []string{dataSetting, encodingSetting, sampleSetting} {
		if _, ok := in.Settings[of]; ok {
			return State{}, fmt.Errorf("the setting %s: want a preset, a text in UTF-8 or a sentence of the message", of)
		}
	}
	maps.Copy(g, in.Settings)
	if sentence != "" {
		g[sampleSetting] = sentence
	}
	if text != "" {
		var err error
		if name, err = fileName(name); err != nil {
			return State{}, err
		}
		g[dataSetting] = name
	}
	e, err := s.start(g, text)
	if err != nil {
		return State{}, err
	}
	return s.replace(e)
}

// fileName returns the name of a file of text, without its folder.
func fileName(name string) (string, error) {
	name = strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
	switch {
	case name == "" || name == "-" || name == "." || name == "..":
		return "text.txt", nil
	case utf8.RuneCountInString(name) > longestFileName || printable.Field(name) != name:
		return "", fmt.Errorf("the file name %s: want at most %d printable characters", printable.Quote(name), longestFileName)
	case slices.Contains(data.BuiltIn.Names(), name), run.IsFile(name): // which would name the built-in text, or a file of the run
		name += ".txt"
	}
	return name, nil
}

// start starts a training with settings as they were given. text is "" for a built-in text.
func (s *Session) start(g given, text string) (*experiment, error) {
	settings, err := g.settings()
	if err != nil {
		return nil, err
	}
	c, err := s.load(settings, text)
	if err != nil {
		return nil, err
	}
	given := settings.Sample
	if settings, err = settings.Resolve(c.Corpus); err != nil {
		return nil, err
	}
	if given == "" && text != "" && c.Vocabulary.Layout().Sentences() {
		if begin := withoutLastWord(settings.Sample, c.Vocabulary); begin != "" {
			g = maps.Clone(g)
			g[sampleSetting], settings.Sample = begin, begin
		}
	}
	if err := checkSettings(settings, c.Vocabulary.Len()); err != nil {
		return nil, err
	}
	folder, err := s.newFolder()
	if err != nil {
		return nil, err
	}
	t, err := run.Start(filepath.Join(folder, run.NameOf(settings.Data)), settings, c.Corpus, false, options()...)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	e, err := newExperiment(folder, t.Run, t, c)
	if err != nil {
		return nil, err
	}
	e.given = g
	if err := e.record(); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

// withoutLastWord returns a sentence up to its last token that is no punctuation, which there is to predict then: "7+1=" of "7+1=8". It
// returns "" where fewer than two tokens are left.
func withoutLastWord(sentence string, v *data.Vocabulary) string {
	tokens, err := v.Tokenize(sentence)
	if err != nil {
		return ""
	}
	for i, token := range slices.Backward(tokens) {
		var found bool
		sentence, found = strings.CutSuffix(strings.TrimSpace(sentence), token.Text)
		if !found || i < 2 {
			return ""
		}
		if strings.ContainsFunc(token.Text, func(r rune) bool { return !unicode.IsPunct(r) }) {
			return strings.TrimSpace(sentence)
		}
	}
	return ""
}

// load returns the text that settings name: one that is built in, or the given one.
func (s *Session) load(settings run.Settings, text string) (*corpus, error) {
	if text == "" {
		c, found, err := s.builtIn(settings)
		if err == nil && !found {
			err = fmt.Errorf("the text %s is not built in: give it with the message", printable.Path(settings.Data))
		}
		return c, err
	}
	unit, err := data.Units.Find("unit", settings.Unit)
	if err != nil {
		return nil, err
	}
	if err := checkText(settings.Data, text, unit.Layout.Sentences()); err != nil {
		return nil, err
	}
	o := settings.Options()
	o.Encoding = data.UTF8 // the browser has decoded it
	c, err := data.Load(settings.Data, strings.NewReader(text), o)
	if err != nil {
		return nil, err
	}
	return &corpus{Corpus: c, text: text}, nil
}

// builtIn returns the built-in text that settings name, which is read once.
func (s *Session) builtIn(settings run.Settings) (c *corpus, found bool, err error) {
	text, err := settings.BuiltIn()
	if err != nil || text == nil {
		return nil, false, err
	}
	if s.texts[settings.Data] == nil {
		loaded, err := text.Load()
		if err != nil {
			return nil, true, err
		}
		s.texts[settings.Data] = &corpus{Corpus: loaded}
	}
	return s.texts[settings.Data], true, settings.CheckBuiltIn(s.texts[settings.Data].Corpus)
}

// rewind starts the training again: the same settings, and so the same initial weights. What is shown stays.
func (s *Session) rewind() (State, error) {
	before, err := s.trained()
	if err != nil {
		return State{}, err
	}
	g := before.given
	if g == nil { // of a run that was opened
		g = textsOf(before.run.Settings)
	}
	g = maps.Clone(g)
	if steps := before.run.Settings.Steps; before.grown {
		g["steps"] = fmt.Sprint(steps)
	}
	e, err := s.start(g, before.text.text)
	if err != nil {
		return State{}, err
	}
	e.sentence, e.interventions, e.until = before.sentence, before.interventions, before.until.again()
	if err := e.follow(); err != nil {
		return State{}, errors.Join(err, e.close())
	}
	return s.replace(e)
}
