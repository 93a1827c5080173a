package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"attend/data"
	"attend/internal/param"
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

// Run is a trained model with what it was trained by.
type Run struct {
	Path       string
	Settings   Settings
	Vocabulary *data.Vocabulary
	Config     layers.Config
	Weights    *param.Set
	Step       int    // updates made
	DataSHA256 string // of the text it was trained on

	configJSON, tokenizerJSON []byte
}

// Open reads a run folder for use; [Resume] also goes on training it. Any file
// that is missing, damaged or does not fit the others is an error that names it.
func Open(path string) (*Run, error) {
	r, err := openFixed(path)
	if err != nil {
		return nil, err
	}
	tensors, metadata, err := r.readTensors(modelFile)
	if err != nil {
		return nil, err
	}
	if err := fromHuggingFace(r.Config, r.Weights, tensors); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, modelFile), err)
	}
	return r, r.setStep(modelFile, metadata)
}

// openFixed reads the files that stay the same through a training.
func openFixed(path string) (*Run, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no run folder %s: `attend train` makes one, --run names another", path)
	}
	r := &Run{Path: path}
	settings, err := readFile(path, settingsFile)
	if err != nil {
		return nil, err
	}
	if r.Settings, err = unsealSettings(settings); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, settingsFile), err)
	}
	if r.configJSON, err = readFile(path, configFile); err != nil {
		return nil, err
	}
	if r.Config, err = parseConfigJSON(r.configJSON); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, configFile), err)
	}
	if r.tokenizerJSON, err = readFile(path, tokenizerFile); err != nil {
		return nil, err
	}
	if r.Vocabulary, err = data.ParseTokenizerJSON(r.tokenizerJSON); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(path, tokenizerFile), err)
	}
	if want := r.Settings.Model(r.Vocabulary.Len()); r.Config != want {
		return nil, fmt.Errorf("%s describes another model than %s and %s: they come from different runs", filepath.Join(path, configFile), settingsFile, tokenizerFile)
	}
	r.Weights = layers.Parameters(r.Config)
	return r, nil
}

// readTensors reads one of the two safetensors files and checks that it goes with
// config.json and tokenizer.json.
func (r *Run) readTensors(name string) (map[string]tensor, map[string]string, error) {
	b, err := readFile(r.Path, name)
	if err != nil {
		return nil, nil, err
	}
	tensors, metadata, err := decodeTensors(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(r.Path, name), err)
	}
	identity, err := r.Settings.identity()
	if err != nil {
		return nil, nil, err
	}
	for _, other := range []struct {
		file, key string
		content   []byte
	}{{configFile, metaConfig, r.configJSON}, {tokenizerFile, metaWords, r.tokenizerJSON}, {settingsFile, metaSettings, identity}} {
		if digest(other.content) != metadata[other.key] {
			return nil, nil, fmt.Errorf("%s is not the one that %s was written with: one of them was changed, damaged or comes from another run; restore it or train again",
				filepath.Join(r.Path, other.file), name)
		}
	}
	return tensors, metadata, nil
}

// setStep takes the step and the text's digest from a file's metadata.
func (r *Run) setStep(name string, metadata map[string]string) error {
	var err error
	if r.Step, err = strconv.Atoi(metadata[metaStep]); err != nil || r.Step < 0 {
		return fmt.Errorf("%s: step %q is not a number; %w", filepath.Join(r.Path, name), metadata[metaStep], errDamaged)
	}
	r.DataSHA256 = metadata[metaData]
	return nil
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
	return writeTensors(w, huggingFaceTensors(r.Config, r.Weights), metadata)
}

// Untrained returns the run's model as it was before training.
func (r *Run) Untrained() (*Run, error) {
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

// sealSettings returns training.yaml: the settings and their digest, in a comment.
func sealSettings(s Settings) ([]byte, error) {
	b, err := s.YAML()
	if err != nil {
		return nil, err
	}
	b = append([]byte("# Every setting of this run; `attend train --config FILE` repeats it.\n"), b...)
	return fmt.Appendf(b, "%s%s\n", sealMark, digest(b)), nil
}

// unsealSettings is the inverse of sealSettings.
func unsealSettings(b []byte) (Settings, error) {
	at := bytes.LastIndex(b, []byte(sealMark))
	if at < 0 || string(b[at:]) != sealMark+digest(b[:at])+"\n" {
		return Settings{}, errors.New("it was changed or damaged, its SHA-256 does not match: copy it elsewhere to edit it and use the copy with --config")
	}
	return ParseYAML(b[:at], Settings{})
}

// IsRun reports whether a folder holds a run, whole or in part.
func IsRun(path string) bool {
	for _, name := range []string{settingsFile, stateFile, modelFile} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// onlyRunFiles reports whether a folder holds nothing but the files of a run and what a killed
// process left of them.
func onlyRunFiles(entries []os.DirEntry) bool {
	names := []string{configFile, modelFile, tokenizerFile, tokenizerConfigFile, settingsFile, stateFile, metricsFile, filmFile}
	for _, e := range entries {
		ours := slices.ContainsFunc(names, func(name string) bool {
			return e.Name() == name || strings.HasPrefix(e.Name(), "."+name+temporary)
		})
		if !ours || !e.Type().IsRegular() {
			return false
		}
	}
	return true
}

// createFolder puts a new folder with these files at path in one step. A run that is
// there is only replaced if overwrite is set, and anything else never.
func createFolder(path string, files map[string]writer, overwrite bool) error {
	if err := checkFree(path, overwrite); err != nil {
		return err
	}
	parent, base := filepath.Split(filepath.Clean(path))
	if parent == "" {
		parent = "."
	}
	fail := func(err error) error { return fmt.Errorf("cannot make the folder %s: %w", path, err) }
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fail(err)
	}
	building, err := os.MkdirTemp(parent, "."+base+temporary)
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(building) // nothing is there any more once it is in place
	if err := os.Chmod(building, 0o755); err != nil {
		return fail(err)
	}
	for name, write := range files {
		if err := replaceFileBy(filepath.Join(building, name), write); err != nil {
			return fail(err)
		}
	}
	old := building + "-old"
	err = os.Rename(path, old)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fail(err)
	}
	replaced := err == nil
	if err := os.Rename(building, path); err != nil {
		if replaced {
			err = errors.Join(err, os.Rename(old, path)) // put the old run back
		}
		return fail(err)
	}
	if replaced {
		if err := os.RemoveAll(old); err != nil {
			return fail(err)
		}
	}
	return syncFolder(parent)
}

// checkFree returns an error unless a run may be made at path.
func checkFree(path string, overwrite bool) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is a file: choose another folder with --out", path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	switch {
	case len(entries) == 0:
		return nil
	case !IsRun(path) || !onlyRunFiles(entries):
		return fmt.Errorf("%s holds files that are not a run: choose another folder with --out", path)
	case !overwrite:
		return fmt.Errorf("%s holds a run already: go on with --resume %s, replace it with --overwrite, or choose another folder with --out", path, path)
	}
	return nil
}

// Free returns the first of root/name, root/name-2, root/name-3... that does not exist.
func Free(root, name string) string {
	path := filepath.Join(root, name)
	for i := 2; ; i++ {
		if _, err := os.Stat(path); err != nil {
			return path
		}
		path = filepath.Join(root, fmt.Sprintf("%s-%d", name, i))
	}
}

// Latest returns the run under root whose model was written last.
func Latest(root string) (string, error) {
	entries, _ := os.ReadDir(root) // a missing root has no runs
	var latest string
	var newest int64
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(root, e.Name())
		if info, err := os.Stat(filepath.Join(path, modelFile)); err == nil && info.ModTime().UnixNano() > newest {
			latest, newest = path, info.ModTime().UnixNano()
		}
	}
	if latest == "" {
		return "", fmt.Errorf("there is no run under %s yet: `attend train` makes one, --run names one elsewhere", root)
	}
	return latest, nil
}
