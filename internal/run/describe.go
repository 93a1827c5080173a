package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"attend/internal/file"
	"attend/internal/hf"
)

// Description is what the small files of a run folder, and the headers of the large ones, say of a run. No weight is read for it.
type Description struct {
	Path       string
	Settings   *Settings // nil if training.yaml cannot be read
	Parameters int       // 0 if config.json cannot be read
	Trained    int       // updates made at the last checkpoint, or evaluation of a training that goes on; -1 if not known
	Best       *Best     // the evaluation with the lowest held-out loss; nil if nothing is held out or it is not known
	Finished   bool      // the training has ended by itself
	Training   bool      // a process trains it now
	HasResult  bool      // result.json is of the last checkpoint
	Modified   time.Time // when the model was written, or what is left of the run
	Bytes      int64     // of the files in the folder
	Notes      []string  // messages for the user about the folder, one line each
}

// Describe describes the run in a folder, and reads result.json into a value, see [Training.SaveResult]. Of a folder that is
// damaged it returns what is known, and an error that says in one line what is wrong. It compares the checksums that [Open]
// compares, but for those of tensors and of the lines of the logs, which would take the whole files. A run whose two safetensors
// files were removed to save space, and that has a result, is not damaged. Like Open it needs no lock and never waits for one.
func Describe(path string, result any) (d Description, err error) {
	err = withFolder(path, func(f *folder) (err error) {
		d, err = f.describe(result)
		return err
	})
	d.Path = path
	return d, err
}

func (f *folder) describe(result any) (Description, error) {
	d := Description{Trained: -1, Notes: f.notes}
	real, err := realPath(f.path)
	if err != nil {
		return d, err
	}
	d.Training = held(f.path, real) != nil
	if err := f.measure(&d); err != nil {
		return d, err
	}
	r, err := f.readSettings(options{})
	if err != nil {
		return d, err
	}
	d.Settings = &r.Settings
	if f.has(modelFile) || f.has(stateFile) || !f.has(resultFile) {
		err := r.readHeaders(f)
		if d.Trained, d.Best = r.Trained, r.Best; r.Config.Vocab > 0 {
			d.Parameters = int(r.Config.ParameterCount())
		}
		if err != nil {
			return d, err
		}
		d.Finished = r.Finished()
	}
	if d.HasResult, err = r.result(f, result); err != nil {
		return d, err
	}
	if d.Trained < 0 || d.Best == nil || d.Training {
		err = f.readEvaluations(&d)
	}
	return d, err
}

// has reports whether the folder has a file of that name.
func (f *folder) has(name string) bool {
	_, err := f.root.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// measure sets the size and the age of the folder.
func (f *folder) measure(d *Description) error {
	at, err := f.root.Open(".")
	if err != nil {
		return f.fileError(".", err)
	}
	defer at.Close()
	names, err := at.Readdirnames(-1)
	if err != nil {
		return f.fileError(".", err)
	}
	var latest time.Time
	for _, name := range names {
		info, err := f.root.Lstat(name)
		if err != nil { // it was replaced just now
			continue
		}
		if info.Mode().IsRegular() {
			d.Bytes += info.Size()
		}
		if name == modelFile {
			d.Modified = info.ModTime()
		}
		if runFiles[name] > 0 && info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	if d.Modified.IsZero() {
		d.Modified = latest
	}
	return nil
}

// readHeaders reads config.json, tokenizer.json, spelling.json and the headers of the safetensors files. It checks that they belong together,
// and that the files are as long as their headers say. A model can be copied without its state.
func (r *Run) readHeaders(f *folder) error {
	r.Trained = -1
	if err := r.readTexts(f); err != nil {
		return err
	}
	config, err := hf.ParseConfigJSON(r.configJSON)
	if err == nil {
		r.Config = config
		err = r.checkConfig(f, config.Vocab)
	} else {
		err = f.fileError(configFile, err)
	}
	if err != nil {
		if source, unread := openTensors(f.root, modelFile); unread == nil { // whose checksums say more, as for Open
			defer source.Close()
			if changed := r.checkMetadata(f, modelFile, source.metadata); changed != nil {
				return changed
			}
		}
		return err
	}
	for _, name := range []string{modelFile, stateFile} { // the state is the newer one of the two, if they differ
		if err := r.readHeader(f, name); err != nil && !(name == stateFile && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}

// readHeader reads the header of one safetensors file and sets the fields of the run from its metadata.
func (r *Run) readHeader(f *folder, name string) error {
	source, err := openHeader(f.root, name)
	if err != nil {
		return f.fileError(name, err)
	}
	defer source.Close()
	shapes := r.shapes(name)
	whole := source.parseMetadata(shapes)
	if !whole { // it has other tensors, or is damaged
		if err := source.parseHeader(); err != nil {
			return f.fileError(name, err)
		}
	}
	if err := r.checkMetadata(f, name, source.metadata); err != nil || whole {
		return err
	}
	if err := hf.CheckShapes(shapes, source.tensors); err != nil {
		return f.fileError(name, err)
	}
	return f.fileError(name, source.checkSize())
}

// mostEvaluations is the largest number of bytes that are read at the end of metrics.jsonl: some thousand lines.
const mostEvaluations = 1 << 20

// readEvaluations sets from the end of metrics.jsonl what the headers do not say: the step of a training that is going on, or
// whose model was removed, and the lowest held-out loss of one that does not select by it. The loss stays unknown if the log is
// longer than [mostEvaluations]. A log that is missing says nothing.
func (f *folder) readEvaluations(d *Description) error {
	log, err := file.OpenIn(f.root, metricsFile, runFiles[metricsFile])
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return f.fileError(metricsFile, err)
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return f.fileError(metricsFile, err)
	}
	from := max(0, info.Size()-mostEvaluations)
	b, err := io.ReadAll(io.NewSectionReader(log, from, info.Size()-from))
	if err != nil {
		return f.fileError(metricsFile, err)
	}
	b = b[:bytes.LastIndexByte(b, '\n')+1] // of a killed training the last line may be incomplete
	checkpoint, best := d.Trained, (*Best)(nil)
	for begin := true; len(b) > 0; begin = false {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		b = rest
		if from > 0 && (begin || len(b) > 0) { // of a long log the last line alone counts
			continue
		}
		m, err := parseMetrics(line)
		if err != nil {
			return f.fileError(metricsFile, fmt.Errorf("a line at its end %w", err))
		}
		if d.Training || checkpoint < 0 {
			d.Trained = max(d.Trained, m.Step)
		}
		saved := checkpoint < 0 || m.Step <= checkpoint
		if saved && m.HeldOutLoss != nil && (best == nil || *m.HeldOutLoss <= best.Loss) {
			best = &Best{m.Step, *m.HeldOutLoss}
		}
	}
	if d.Best == nil && from == 0 {
		d.Best = best
	}
	return nil
}
