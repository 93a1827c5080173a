package play

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/run"
)

// Export asks for the run as a file.
type Export struct {
	Envelope
	What string `json:"what"` // "run": a zip of the run folder and its text; "json": its numbers
}

// Exported is a file.
type Exported struct {
	FileName string `json:"fileName"`
	Base64   string `json:"base64"`
}

// numbers is the content of an exported JSON file.
type numbers struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	State   State   `json:"state"`
	Film    []frame `json:"film"`
}

// frame is a frame of the film in an exported JSON file.
type frame struct {
	Step    int      `json:"step"`
	HeldOut *float64 `json:"heldOut"`
	Map     Map      `json:"map"`
}

// export returns the run as a file.
func (s *Session) export(in Export) (Exported, error) {
	e, err := s.experiment()
	if err != nil {
		return Exported{}, err
	}
	name := filepath.Base(e.run.Path)
	var content []byte
	switch in.What {
	case "run":
		name += ".zip"
		content, err = e.zip()
	case "json":
		name += ".json"
		content, err = e.json()
	default:
		err = fmt.Errorf("what %s: want run or json", printable.Quote(in.What))
	}
	if err != nil {
		return Exported{}, err
	}
	return Exported{name, base64.StdEncoding.EncodeToString(content)}, nil
}

// json returns the numbers of the training.
func (e *experiment) json() ([]byte, error) {
	state, err := e.state()
	if err != nil {
		return nil, err
	}
	n := numbers{Format: "attend/play", Version: version, State: state, Film: []frame{}}
	for _, f := range e.film {
		n.Film = append(n.Film, frame{f.Step, f.HeldOutLoss, mapOf(f.Sentences[0])})
	}
	return json.Marshal(n)
}

// save writes a checkpoint of the training and its result, as `attend train` does when it ends or is stopped. What diverged, and a run
// that is open without its text, stays as it is.
func (e *experiment) save() error {
	if e.training == nil || e.diverged != nil {
		return nil
	}
	if err := e.training.Save(); err != nil {
		return err
	}
	model := e.training.Model()
	result, err := analysis.Conclude(model, e.run, e.text.Corpus)
	if err != nil {
		return err
	}
	maps, err := analysis.Maps(model, resultPredictions, e.run.Settings.Sample)
	if err != nil {
		return err
	}
	return e.training.SaveResult(analysis.NewTrainingResult(model, result, maps[0]).Kept())
}

// resultPredictions is the number of next words after the sample sentence in the result of a training.
const resultPredictions = 5

// zip saves the training and returns its folder in a zip file, with its own text beside the folder: there its settings name it. Equal
// runs give equal bytes.
func (e *experiment) zip() ([]byte, error) {
	if err := e.save(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(e.run.Path)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	add := func(name string, content []byte) error {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(content)
		}
		return err
	}
	for _, entry := range entries { // sorted by name
		content, err := os.ReadFile(filepath.Join(e.run.Path, entry.Name()))
		if err == nil {
			err = add(path.Join(filepath.Base(e.run.Path), entry.Name()), content)
		}
		if err != nil {
			return nil, err
		}
	}
	if e.text != nil && e.text.text != "" {
		if err := add(e.run.Settings.Data, []byte(e.text.text)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Open opens a run folder as it is: the files of the folder, or a zip file that has it. With its text the training can go on.
type Open struct {
	Envelope
	Files    map[string]string `json:"files"`    // in base64, by name
	Zip      string            `json:"zip"`      // in base64; its text may be in it, beside the folder
	Text     string            `json:"text"`     // that it was trained on; "": none, or a built-in one
	TextName string            `json:"textName"` // ignored: the settings of the run name the text
}

// mostFiles is the largest size in bytes of the files of a run that is opened.
const mostFiles = 256 << 20

// open opens a run.
func (s *Session) open(in Open) (State, error) {
	files, err := in.decode()
	if err != nil {
		return State{}, err
	}
	beside := map[string][]byte{} // other files of the zip, one of which may be the text
	maps.DeleteFunc(files, func(name string, content []byte) bool {
		if in.Zip == "" || run.IsFile(name) {
			return false
		}
		beside[name] = content
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !run.IsFile(name) {
			return State{}, fmt.Errorf("%s is not a file of a run folder: choose the files that `attend train` wrote", printable.Quote(name))
		}
	}
	if len(files) == 0 {
		return State{}, errors.New("there is no file of a run folder: choose the files that `attend train` wrote, or a zip of its folder")
	}
	folder, err := s.newFolder()
	if err != nil {
		return State{}, err
	}
	e, err := s.openIn(folder, files, beside, in.Text)
	if err != nil {
		return State{}, errors.Join(err, os.RemoveAll(folder))
	}
	return s.replace(e)
}

// decode returns the files by name.
func (in Open) decode() (map[string][]byte, error) {
	files := map[string][]byte{}
	if (in.Zip == "") == (in.Files == nil) {
		return nil, errors.New("want files or zip: the files of a run folder, or a zip file that has it")
	}
	for name, text := range in.Files {
		content, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("the file %s is not in base64: encode its bytes so", printable.Quote(name))
		}
		files[name] = content
	}
	if in.Zip == "" {
		return files, nil
	}
	b, err := base64.StdEncoding.DecodeString(in.Zip)
	if err != nil {
		return nil, errors.New("the zip file is not in base64: encode its bytes so")
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, errors.New("this is not a zip file: choose one that has a run folder")
	}
	left := int64(mostFiles)
	for _, f := range z.File {
		name := path.Base(strings.ReplaceAll(f.Name, `\`, "/")) // some programs for Windows write these
		if f.FileInfo().IsDir() || strings.HasPrefix(name, ".") || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		content, err := unzipped(f, left)
		if err != nil {
			return nil, err
		}
		if _, twice := files[name]; twice {
			return nil, fmt.Errorf("the zip file has several files named %s: choose one that has a single run folder", printable.Quote(name))
		}
		files[name] = content
		left -= int64(len(content))
	}
	return files, nil
}

// unzipped returns the content of a file of a zip file, at most so many bytes.
func unzipped(f *zip.File, most int64) ([]byte, error) {
	const encrypted = 1 // a flag
	r, err := f.Open()
	switch {
	case f.Flags&encrypted != 0:
		return nil, fmt.Errorf("%s in the zip file is encrypted: make the zip file without a password", printable.Quote(f.Name))
	case errors.Is(err, zip.ErrAlgorithm):
		return nil, fmt.Errorf("%s in the zip file is compressed in a way that is not read here: make the zip file with the usual one, deflate",
			printable.Quote(f.Name))
	case err != nil:
		return nil, fmt.Errorf("the zip file is damaged at %s: export it again", printable.Quote(f.Name))
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the zip file is damaged at %s: export it again", printable.Quote(f.Name))
	case int64(len(content)) > most:
		return nil, fmt.Errorf("the zip file holds more than %s: choose one that has a single run folder", printable.Size(mostFiles))
	}
	return content, nil
}

// openIn writes the files of a run to a folder and opens the run. Its text is the given one, or else the file beside the run that its
// settings name.
func (s *Session) openIn(folder string, files, beside map[string][]byte, text string) (e *experiment, err error) {
	at := filepath.Join(folder, "run")
	if err := os.Mkdir(at, 0o755); err != nil {
		return nil, err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(at, name), content, 0o644); err != nil {
			return nil, err
		}
	}
	r, err := run.Open(at, options()...)
	if err != nil {
		return nil, err
	}
	if err := checkModel(r.Settings, r.Config.Vocab, mostOpenedWork); err != nil {
		return nil, err
	}
	textName := filepath.Base(r.Settings.Data)
	if text == "" {
		text = string(beside[textName])
	}
	if named := filepath.Join(folder, run.NameOf(r.Settings.Data)); named != at { // the name of its export
		if err := os.Rename(at, named); err != nil {
			return nil, err
		}
		at = named
	}
	builtIn, err := r.Settings.BuiltIn()
	if err != nil {
		return nil, err
	}
	if builtIn != nil {
		text = ""
	}
	_, hasState := files[run.StateFile]
	if text == "" && builtIn == nil || !hasState {
		if r, err = run.Open(at, options()...); err != nil {
			return nil, err
		}
		e, err = newExperiment(folder, r, nil, nil)
	} else {
		e, err = s.resumeIn(folder, at, text)
	}
	if err != nil {
		return nil, err
	}
	if text != "" {
		e.run.Settings.Data = textName // a page has no folder of texts
	}
	if e.film, err = e.run.Film(); err != nil { // the run can be shown without it
		e.film = nil
		e.run.Notes = append(e.run.Notes, s.line(err))
	}
	e.withheld = e.otherRates()
	return e, nil
}

// resumeIn opens a run so that its training can go on.
func (s *Session) resumeIn(folder, at, text string) (*experiment, error) {
	var c *corpus
	t, err := run.Resume(at, func(r *run.Run) (_ *data.Corpus, err error) {
		if c, err = s.load(r.Settings, text); err != nil {
			return nil, err
		}
		return c.Corpus, nil
	}, nil, options()...)
	if err != nil {
		return nil, err
	}
	e, err := newExperiment(folder, t.Run, t, c)
	if err != nil {
		return nil, err
	}
	switch {
	case t.StoppedEarly():
		e.stopped, e.reason = stoppedFlat, "It stopped early: no evaluation lowered the held-out loss any more."
	case t.Finished():
		e.stopped, e.reason = stoppedSteps, fmt.Sprintf("All %s are made.", printable.Count(t.Settings.Steps, "step"))
	}
	return e, nil
}

// otherRates says that a run was not trained with the learning rates of its settings, or "".
func (e *experiment) otherRates() string {
	c := e.run.Settings.Training()
	for _, p := range e.points {
		if p.Step > 0 && math.Abs(p.LearningRate-c.Rate(p.Step-1)) > 1e-9*c.LearningRate {
			return "The learning rate or the number of steps was changed during the training of this run: no command repeats that."
		}
	}
	return ""
}
