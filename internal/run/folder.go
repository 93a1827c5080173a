package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"attend/data"
	"attend/embed"
	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/param"
	"attend/internal/printable"
	"attend/layers"
)

// Names of the files in a run folder.
const (
	configFile          = "config.json"
	modelFile           = "model.safetensors"
	tokenizerFile       = "tokenizer.json"
	tokenizerConfigFile = "tokenizer_config.json"
	settingsFile        = "training.yaml"
	stateFile           = "state.safetensors"
	metricsFile         = "metrics.jsonl"
	filmFile            = "film.jsonl"
)

// runFiles are all of them.
var runFiles = []string{configFile, modelFile, tokenizerFile, tokenizerConfigFile, settingsFile, stateFile, metricsFile, filmFile}

// The most bytes that a file of a run may have. The two files of tensors have what their model needs.
const (
	mostConfig    = 1e6
	mostSettings  = 1e6
	mostTokenizer = 32e6
	mostMetrics   = 1e9
	mostFilm      = 4e9
)

// Run is a trained model with what it was trained by.
type Run struct {
	Path       string
	Format     int // version of the folder's format, 1 to [LatestFormat]
	Settings   Settings
	Vocabulary *data.Vocabulary
	Config     layers.Config
	Weights    *param.Set
	Step       int      // updates made
	DataSHA256 string   // of the text it was trained on
	Notes      []string // what a user should know of the folder, one line each

	configJSON, tokenizerJSON []byte
	links                     map[string]string // of each log, that of the last line before the checkpoint; nil if not read
	folder                    fs.FileInfo       // identity of the folder that it was read from
	options                   options
}

// LatestFormat is the version of the format of new run folders. Version 1 has no checksums in its logs.
const LatestFormat = 2

// errNoRun reports a path where there is no run folder.
var errNoRun = errors.New("`attend train` begins one, and its last line names the folder")

// Open reads a run folder for use; [Resume] also goes on training it. Any file
// that is missing, damaged or does not fit the others is an error that names it. It needs no lock: a run that is
// being trained or replaced is read as it is before or after.
func Open(path string, o ...Option) (*Run, error) {
	var r *Run
	err := reading(path, func(f *folder) (err error) {
		r, err = f.open(newOptions(o))
		return err
	})
	return r, err
}

// OpenLogs is [Open] with the frames and the metrics of the training.
func OpenLogs(path string, o ...Option) (r *Run, frames []attention.Frame, metrics []Metrics, err error) {
	err = reading(path, func(f *folder) (err error) {
		if r, err = f.open(newOptions(o)); err != nil {
			return err
		}
		if frames, err = r.film(f); err != nil {
			return err
		}
		metrics, err = r.metrics(f)
		return err
	})
	return r, frames, metrics, err
}

// folder is a run folder that is being read. It stays the same folder when another takes its name.
type folder struct {
	path  string // as the user wrote it
	root  *os.Root
	info  fs.FileInfo
	notes []string
}

// mostAttempts is how often a run that is replaced while it is being read is read again.
const mostAttempts = 10

// reading calls read with the run folder at a path, and again with the new one if it was replaced meanwhile.
func reading(path string, read func(*folder) error) error {
	for attempt := 1; ; attempt++ {
		f, err := openFolder(path)
		if err != nil {
			return err
		}
		err = read(f)
		f.root.Close()
		if err == nil || attempt == mostAttempts || !f.replaced() {
			return err
		}
	}
}

// replaced reports whether another folder has the name now.
func (f *folder) replaced() bool {
	now, err := os.Stat(f.path)
	return err != nil || !os.SameFile(now, f.info)
}

// Where the system cannot exchange two folders in one step, a run that is being replaced is not at its name for some
// microseconds: how long a reader waits for it.
const (
	replacing = 5 * time.Millisecond
	mostWaits = 200

	leastLooks = 3 // before it says that there is no run
)

// openFolder opens the run folder at a path. A run that a killed process had moved aside is put back first.
func openFolder(path string) (*folder, error) {
	for wait := 1; ; wait++ {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s is %s, not a run folder: %w", printable.Path(path), file.Kind(info.Mode()), errNoRun)
		}
		if err == nil {
			root, err := os.OpenRoot(path)
			if err == nil {
				if info, err = root.Stat("."); err == nil {
					return &folder{path: path, root: root, info: info}, nil
				}
				root.Close()
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, cannotOpen(path, err)
			}
			continue
		}
		if file.Advice(err) != "" {
			return nil, cannotOpen(path, err)
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
			return nil, fmt.Errorf("there is no run folder %s (%w): %w", printable.Path(path), cause(err), errNoRun)
		}
		note, err := putBack(path)
		var held *HeldError
		switch {
		case errors.As(err, &held) && wait < mostWaits:
			time.Sleep(replacing)
		case err != nil:
			return nil, err
		case note == "":
			if wait < leastLooks { // the new run may have come meanwhile, and another be about to replace it
				continue
			}
			return nil, fmt.Errorf("there is no run folder %s: %w", printable.Path(path), errNoRun)
		default:
			f, err := openFolder(path)
			if err == nil {
				f.notes = append(f.notes, note)
			}
			return f, err
		}
	}
}

func cannotOpen(path string, err error) error {
	return fmt.Errorf("cannot open the run folder %s: %w", printable.Path(path), file.Explain(err, "name another with --run"))
}

// cause is [file.Cause], but of a name that was taken.
func cause(err error) error {
	if errors.Is(err, errTaken) {
		return err
	}
	return file.Cause(err)
}

// putBack restores the run at a path if a killed process had moved it aside, and returns a note if so.
func putBack(path string) (note string, err error) {
	real, err := realPath(path)
	if err != nil || findAside(real) == "" {
		return "", nil // there is nothing, and the caller says so
	}
	l, err := acquire(path, real)
	if err != nil {
		return "", err
	}
	defer l.release()
	if old := findAside(real); old != "" {
		if restored, err := restore(old, real); err != nil || restored {
			return restoredNote(path), err
		}
	}
	return fmt.Sprintf("the run %s was put back by another process: one that was replacing it had been killed", printable.Path(path)), nil
}

// at returns the path of a file for messages.
func (f *folder) at(name string) string { return printable.Path(filepath.Join(f.path, name)) }

// read returns a file of the folder.
func (f *folder) read(name string, most int64) ([]byte, error) {
	b, err := file.ReadIn(f.root, name, most)
	return b, f.fileError(name, err)
}

// fileError says why a file of the folder cannot be read.
func (f *folder) fileError(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return &missingError{f.path, name}
	case f.linksOut(name):
		return fmt.Errorf("%s is a symbolic link to a file outside of the run folder, which is not followed: put a copy of that file in its place", f.at(name))
	}
	return fmt.Errorf("%s: %w: %s", f.at(name), cause(err), cmp.Or(file.Advice(err), "restore the file from a copy, or train again"))
}

// linksOut reports whether a file of the folder is a symbolic link to one outside, which an [os.Root] does not open.
func (f *folder) linksOut(name string) bool {
	info, err := f.root.Lstat(name)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return false
	}
	_, within := f.root.Stat(name)
	_, outside := os.Stat(filepath.Join(f.path, name))
	return within != nil && outside == nil
}

// missingError reports a file that a run folder lacks. It is fs.ErrNotExist to errors.Is.
type missingError struct{ folder, name string }

func (e *missingError) Error() string {
	return fmt.Sprintf("%s lacks %s: it is not a whole run folder; restore the file or train again", printable.Path(e.folder), e.name)
}

func (e *missingError) Is(target error) bool { return target == fs.ErrNotExist }

// open reads the run with the weights of its model.
func (f *folder) open(o options) (*Run, error) {
	r, tensors, err := f.openWith(modelFile, o)
	if err != nil {
		return nil, err
	}
	if err := hf.Fill(r.Config, r.Weights, tensors); err != nil {
		return nil, fmt.Errorf("%s: %w", f.at(modelFile), err)
	}
	if err := finite(r.Weights); err != nil {
		return nil, fmt.Errorf("%s: %w", f.at(modelFile), err)
	}
	return r, nil
}

// openWith reads the run with the tensors of one of its two safetensors files. That file says by checksums which
// other files it goes with: what they hold is not used before that is known.
func (f *folder) openWith(name string, o options) (*Run, map[string]hf.Tensor, error) {
	r := &Run{Path: f.path, folder: f.info, Notes: f.notes, options: o}
	sealed, err := f.read(settingsFile, mostSettings)
	if err != nil {
		return nil, nil, err
	}
	if r.Settings, r.Format, err = unsealSettings(sealed); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.at(settingsFile), err)
	}
	if r.configJSON, err = f.read(configFile, mostConfig); err != nil {
		return nil, nil, err
	}
	if r.tokenizerJSON, err = f.read(tokenizerFile, mostTokenizer); err != nil {
		return nil, nil, err
	}
	source, err := openTensors(f.root, name)
	if err != nil {
		return nil, nil, f.tensorsError(name, err)
	}
	defer source.Close()
	if err := r.checkMetadata(f, name, source.metadata); err != nil {
		return nil, nil, err
	}
	if r.Config, err = hf.ParseConfigJSON(r.configJSON); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.at(configFile), err)
	}
	if r.Vocabulary, err = data.ParseTokenizerJSON(r.tokenizerJSON); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.at(tokenizerFile), err)
	}
	if err := r.checkTokenizerConfig(f); err != nil {
		return nil, nil, err
	}
	if want := r.Settings.Model(r.Vocabulary.Len()); r.Config != want {
		return nil, nil, fmt.Errorf("%s describes another model than %s and %s: they come from different runs", f.at(configFile), settingsFile, tokenizerFile)
	}
	numbers := r.Config.ParameterCount() // the most that the file can hold of use
	if name == stateFile {
		numbers *= 1 + float64(len(r.Settings.Training().MomentNames()))
	} else if r.Config.Positions != embed.Learned {
		numbers += float64(r.Config.Context) * float64(r.Config.Dim)
	}
	if err := r.checkOpening(numbers); err != nil {
		return nil, nil, err
	}
	tensors, err := source.read(int(numbers))
	if err != nil {
		return nil, nil, f.tensorsError(name, err)
	}
	if err := r.checkShapes(name, tensors); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.at(name), err)
	}
	r.Weights = layers.Parameters(r.Config)
	return r, tensors, nil
}

// checkShapes returns an error unless the tensors of one of the two safetensors files are those of the model, before anything is
// allocated for it.
func (r *Run) checkShapes(name string, tensors map[string]hf.Tensor) error {
	shapes := layers.NewModel(r.Config).Params()
	if name == modelFile {
		return hf.CheckShapes(r.Config, tensors)
	}
	for _, of := range append([]string{"weight"}, r.Settings.Training().MomentNames()...) {
		if err := checkShapes(shapes, tensors, of+"/"); err != nil {
			return err
		}
	}
	return nil
}

// checkTokenizerConfig checks the file that only other programs read, and whose content follows from the vocabulary.
func (r *Run) checkTokenizerConfig(f *folder) error {
	if r.Format == 1 { // which has none
		return nil
	}
	want, err := r.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return err
	}
	got, err := f.read(tokenizerConfigFile, mostConfig)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%s is not the one that goes with %s: it was changed or damaged; restore it from a copy or train again", f.at(tokenizerConfigFile), tokenizerFile)
	}
	return err
}

// tensorsError names the file in an error of its content.
func (f *folder) tensorsError(name string, err error) error {
	if errors.Is(err, errDamaged) {
		return fmt.Errorf("%s: %w", f.at(name), err)
	}
	return f.fileError(name, err)
}

// checkMetadata checks that a safetensors file goes with config.json, tokenizer.json and training.yaml, and takes the
// rest of its metadata.
func (r *Run) checkMetadata(f *folder, name string, metadata map[string]string) error {
	identity, err := r.Settings.identity()
	if err != nil {
		return err
	}
	for _, other := range []struct {
		file, key string
		content   []byte
	}{{configFile, metaConfig, r.configJSON}, {tokenizerFile, metaWords, r.tokenizerJSON}, {settingsFile, metaSettings, identity}} {
		if digest(other.content) != metadata[other.key] {
			return fmt.Errorf("%s is not the one that %s was written with: one of them was changed, damaged or comes from another run; restore it or train again",
				f.at(other.file), name)
		}
	}
	if r.Step, err = strconv.Atoi(metadata[metaStep]); err != nil || r.Step < 0 {
		return fmt.Errorf("%s: step %s is not a number; %w", f.at(name), printable.Quote(metadata[metaStep]), errDamaged)
	}
	r.DataSHA256 = metadata[metaData]
	if name == stateFile {
		r.links = map[string]string{metricsFile: metadata[metaMetrics], filmFile: metadata[metaFilm]}
	}
	return nil
}

// readLinks takes from the checkpoint what it recorded of the logs. A run can be read without its checkpoint: then
// lines that are missing at the end of a log are not seen, and a note says so.
func (r *Run) readLinks(f *folder) {
	if r.Format == 1 || r.links != nil {
		return
	}
	of := *r
	state, err := openTensors(f.root, stateFile)
	if err == nil {
		err = of.checkMetadata(f, stateFile, state.metadata)
		state.Close()
	}
	if err != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("%s cannot be read, so lines that are missing at the end of a log would not be seen", stateFile))
		return
	}
	r.links = of.links
}

// metadata returns what travels in both safetensors files.
func (r *Run) metadata() (map[string]string, error) {
	identity, err := r.Settings.identity()
	return map[string]string{
		metaStep: strconv.Itoa(r.Step), metaData: r.DataSHA256, metaSettings: digest(identity),
		metaConfig: digest(r.configJSON), metaWords: digest(r.tokenizerJSON),
	}, err
}

// writeModel writes model.safetensors.
func (r *Run) writeModel(w io.Writer) error {
	metadata, err := r.metadata()
	if err != nil {
		return err
	}
	return writeTensors(w, hf.Tensors(r.Config, r.Weights), metadata)
}

// Untrained returns the run's model as it was before training.
func (r *Run) Untrained() (*Run, error) {
	if err := r.checkNeed("an untrained copy of this run", only(r.Config.WeightBytes()), r.advice()); err != nil {
		return nil, err
	}
	weights, err := layers.NewWeights(r.Config, r.Settings.Seed)
	if err != nil {
		return nil, err
	}
	before := *r
	before.Weights, before.Step = weights, 0
	return &before, nil
}

// sealMark begins the last line of training.yaml, which holds the digest of the lines above.
const sealMark = "# sha256 of the lines above: "

// sealSettings returns training.yaml: the settings, the version of the format, and their digest in a comment.
func sealSettings(s Settings, format int) ([]byte, error) {
	b, err := s.YAML()
	if err != nil {
		return nil, err
	}
	heading := "# Every setting of this run; `attend train --config FILE` repeats it.\n"
	if format > 1 {
		heading += fmt.Sprintf("%s: %d\n", formatKey, format)
	}
	b = append([]byte(heading), b...)
	return fmt.Appendf(b, "%s%s\n", sealMark, digest(b)), nil
}

// unsealSettings is the inverse of sealSettings.
func unsealSettings(b []byte) (Settings, int, error) {
	at := bytes.LastIndex(b, []byte(sealMark))
	if at < 0 || string(b[at:]) != sealMark+digest(b[:at])+"\n" {
		return Settings{}, 0, errors.New("it was changed or damaged, its SHA-256 does not match: copy it elsewhere to edit it and use the copy with --config")
	}
	var later Settings
	for _, setting := range AllSettings() {
		if setting.Later {
			setting.field(&later).Set(reflect.ValueOf(setting.Default))
		}
	}
	s, _, format, err := parseYAML(b[:at], later)
	if version := (formatError{}); err != nil && !errors.As(err, &version) {
		problem := err.Error()
		if text := notSettingsError(""); errors.As(err, &text) {
			problem = string(text)
		}
		err = fmt.Errorf("it does not hold the settings of a run (%s): restore it from a copy, or train again", printable.Short(problem, 2*printable.MaxQuote))
	}
	for _, setting := range AllSettings() {
		if err == nil {
			err = setting.checkFinite(&s)
		}
	}
	return s, format, err
}

// Latest returns the run under root whose model was written last.
func Latest(root string) (string, error) {
	entries, err := os.ReadDir(root)
	if err != nil && file.Advice(err) != "" { // a missing root has no runs
		return "", fmt.Errorf("cannot look for runs in %s: %w", printable.Path(root), file.Explain(err, ""))
	}
	var latest string
	var newest int64
	for _, e := range entries {
		path := filepath.Join(root, e.Name())
		name := path
		if strings.HasPrefix(e.Name(), ".") {
			of, wasAside, ok := leftover(e, "")
			if !ok || !wasAside {
				continue
			}
			name = filepath.Join(root, of) // Open puts it back
			if _, err := os.Lstat(name); err == nil {
				continue
			}
		}
		if info, err := os.Stat(filepath.Join(path, modelFile)); err == nil && info.ModTime().UnixNano() > newest {
			latest, newest = name, info.ModTime().UnixNano()
		}
	}
	if latest == "" {
		return "", fmt.Errorf("there is no run under %s yet: `attend train` makes one, --run names one elsewhere", printable.Path(root))
	}
	return latest, nil
}
