package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"attend/data"
	"attend/embed"
	"attend/internal/attention"
	"attend/internal/hf"
	"attend/internal/param"
	"attend/internal/printable"
	"attend/layers"
)

// Run is a trained model with its vocabulary and the settings of its training.
type Run struct {
	Path       string
	Format     int // version of the folder's format, 1 to [LatestFormat]
	Settings   Settings
	Vocabulary *data.Vocabulary
	Spelling   *data.Spelling // of the training text; without statistics if the folder has no spelling.json
	Config     layers.Config
	Parameters *param.Set
	Step       int      // number of updates that these weights have received
	Trained    int      // number of updates that the training has made; larger than Step if earlier weights are kept
	Best       *Best    // nil if the training does not select by evaluations
	DataSHA256 string   // of the text it was trained on
	Notes      []string // messages for the user about the folder, one line each

	configJSON, tokenizerJSON, spellingJSON []byte
	text                                    TextPath          // of training.yaml
	identity                                settingsDigest    // zero unless metadata was checked
	chainHashes                             map[string]string // by log, the chain hash of the last line before the checkpoint; nil if not read
	folder                                  fs.FileInfo       // identity of the folder that it was read from
	options                                 options
}

// LatestFormat is the version of the format of new run folders. Version 1 has no checksums in its logs. Before version 3 every
// evaluation during training is of a sample of the held-out text, see [Run.EvaluationRows]. Before version 4 there is no spelling.json.
const LatestFormat = 4

// Open reads a run folder. It returns an error that names the file if a file is missing, damaged or does not belong to the
// others. It needs no lock: while a run is trained or replaced, Open reads either the old or the new state. To train further, see
// [Resume].
func Open(path string, o ...Option) (r *Run, err error) {
	err = withFolder(path, func(f *folder) (err error) {
		r, err = f.open(newOptions(o))
		return err
	})
	return r, err
}

// OpenLogs is [Open] with the frames and the metrics of the training.
func OpenLogs(path string, o ...Option) (r *Run, frames []attention.Frame, metrics []Metrics, err error) {
	err = withFolder(path, func(f *folder) (err error) {
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

// open reads the run with the weights of its model, or with those of the last step. They are read from the state if the model is
// older, as after a kill between the writing of the two.
func (f *folder) open(o options) (*Run, error) {
	name := stateFile
	var r *Run
	var tensors map[string]hf.Tensor
	var err error
	if !o.last {
		if r, tensors, err = f.openWith(modelFile, o); err != nil {
			return nil, err
		}
		if !r.stateIsNewer(f) {
			name = modelFile
		}
	}
	if name == modelFile {
		hf.Fill(r.Config, r.Parameters, tensors)
	} else {
		if r, tensors, err = f.openWith(stateFile, o); err != nil {
			return nil, err
		}
		set := weightSet
		if r.Settings.Keep == KeepBest && !o.last {
			set, r.Step = bestSet, r.Best.Step
		}
		fill(r.Parameters, set, tensors)
	}
	if err := finite(r.Parameters); err != nil {
		return nil, fmt.Errorf("%s: %w", f.at(name), err)
	}
	return r, nil
}

// stateIsNewer reports whether state.safetensors is of a later step than the model. A state that is missing, damaged or of another
// run does not count.
func (r *Run) stateIsNewer(f *folder) bool {
	of := *r
	state, err := openTensors(f.root, stateFile)
	if err != nil {
		return false
	}
	defer state.Close()
	return of.checkMetadata(f, stateFile, state.metadata) == nil && of.Trained > r.Trained
}

// fill copies the tensors with that prefix to the parameters.
func fill(parameters *param.Set, prefix string, tensors map[string]hf.Tensor) {
	for _, p := range parameters.All() {
		copy(p.Data, tensors[prefix+"/"+p.Name].Data)
	}
}

// openWith reads the run with the tensors of one of its two safetensors files.
func (f *folder) openWith(name string, o options) (r *Run, tensors map[string]hf.Tensor, err error) {
	r, source, err := f.openChecked(name, o)
	if err != nil {
		return nil, nil, err
	}
	defer source.Close()
	count := r.Config.ParameterCount() // the largest number of float32 values in the file
	if name == stateFile {
		count *= float64(len(r.Settings.stateSets()))
	} else if r.Config.Positions != embed.Learned {
		count += float64(r.Config.Context) * float64(r.Config.Dim)
	}
	if err := r.checkOpening(count); err != nil {
		return nil, nil, err
	}
	if err := hf.CheckShapes(r.shapes(name), source.tensors); err != nil {
		return nil, nil, f.fileError(name, err)
	}
	r.Parameters = layers.ZeroParameters(r.Config) // all 0
	tensors, err = source.read(int64(count))
	return r, tensors, f.fileError(name, err)
}

// openChecked reads all of a run but its weights, and opens one of its two safetensors files. That file has checksums of the
// other files, which are compared before the content of those files is used.
func (f *folder) openChecked(name string, o options) (*Run, *tensorsFile, error) {
	r, err := f.readSettings(o)
	if err != nil {
		return nil, nil, err
	}
	if err := r.readTexts(f); err != nil {
		return nil, nil, err
	}
	source, err := openTensors(f.root, name)
	if err != nil {
		return nil, nil, f.fileError(name, err)
	}
	if err := r.parseTexts(f, name, source.metadata); err != nil {
		source.Close()
		return nil, nil, err
	}
	return r, source, nil
}

// parseTexts sets the fields of a run from the metadata of a safetensors file and from the texts that it belongs to.
func (r *Run) parseTexts(f *folder, name string, metadata map[string]string) (err error) {
	if err := r.checkMetadata(f, name, metadata); err != nil {
		return err
	}
	if r.Config, err = hf.ParseConfigJSON(r.configJSON); err != nil {
		return f.fileError(configFile, err)
	}
	if r.Vocabulary, err = data.ParseTokenizerJSON(r.tokenizerJSON); err != nil {
		return f.fileError(tokenizerFile, err)
	}
	if err := r.parseSpelling(f); err != nil {
		return err
	}
	if err := r.checkTokenizerConfig(f); err != nil {
		return err
	}
	return r.checkConfig(f, r.Vocabulary.Len())
}

// readSettings begins to read the run: training.yaml.
func (f *folder) readSettings(o options) (*Run, error) {
	r := &Run{Path: f.path, folder: f.info, Notes: f.notes, options: o}
	sealed, err := f.read(settingsFile)
	if err != nil {
		return nil, err
	}
	var read SettingsFile
	if r.Settings, read, err = unsealSettings(sealed); err != nil {
		return nil, fmt.Errorf("%s: %w", f.at(settingsFile), err)
	}
	r.Format, r.text = read.Format, read.Text
	if r.text != (TextPath{}) {
		r.Settings.Data = r.text.in(f.path)
	}
	return r, nil
}

// readTexts reads the bytes of config.json, tokenizer.json and spelling.json.
func (r *Run) readTexts(f *folder) (err error) {
	if r.configJSON, err = f.read(configFile); err == nil {
		r.tokenizerJSON, err = f.read(tokenizerFile)
	}
	if err == nil && r.hasSpelling() {
		r.spellingJSON, err = f.read(spellingFile)
	}
	return err
}

// hasSpelling reports whether the folder has a spelling.json.
func (r *Run) hasSpelling() bool { return r.Format >= 4 }

// parseSpelling sets the spelling of the run.
func (r *Run) parseSpelling(f *folder) (err error) {
	if !r.hasSpelling() {
		r.Spelling = data.NewSpelling(r.Vocabulary)
		return nil
	}
	r.Spelling, err = data.ParseSpelling(r.Vocabulary, r.spellingJSON)
	return f.fileError(spellingFile, err)
}

// checkConfig checks config.json against training.yaml and the size of the vocabulary.
func (r *Run) checkConfig(f *folder, vocab int) error {
	if r.Config != r.Settings.Model(vocab) {
		return fmt.Errorf("%s describes another model than %s and %s: they come from different runs",
			f.at(configFile), settingsFile, tokenizerFile)
	}
	return nil
}

// Prefixes of the names of tensors in state.safetensors.
const (
	weightSet = "weight" // the weights of the last step
	bestSet   = "best"   // those with the lowest held-out loss, if the run keeps them
)

// stateSets returns the prefixes of the names of the tensors in state.safetensors: of the weights, of the best weights, and of the
// moments of the optimizer.
func (s Settings) stateSets() []string {
	sets := []string{weightSet}
	if s.Keep == KeepBest {
		sets = append(sets, bestSet)
	}
	return append(sets, s.Training().MomentNames()...)
}

// shapes returns the shapes of the tensors in one of the two safetensors files, by name.
func (r *Run) shapes(file string) map[string][]int {
	if file == modelFile {
		return hf.Shapes(r.Config)
	}
	shapes, parameters := map[string][]int{}, layers.NewModel(r.Config).Params().All()
	for _, of := range r.Settings.stateSets() {
		for _, p := range parameters {
			shapes[of+"/"+p.Name] = p.Shape
		}
	}
	return shapes
}

// checkTokenizerConfig checks tokenizer_config.json, which only other programs read. Its content follows from the vocabulary.
func (r *Run) checkTokenizerConfig(f *folder) error {
	if r.Format == 1 { // which has none
		return nil
	}
	want, err := r.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return err
	}
	got, err := f.read(tokenizerConfigFile)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("%s is not the one that goes with %s: it was changed or damaged; restore it from a copy or train again",
			f.at(tokenizerConfigFile), tokenizerFile)
	}
	return err
}

// settingsDigest is the SHA-256 of what a run keeps of its settings, which takes longer to compute than to compare the settings.
type settingsDigest struct {
	of     Settings
	digest string
}

// settingsIdentity returns what a run keeps of its settings. The path of the text is no part of it where training.yaml has the SHA-256 of
// the text, so that it does not depend on where the run lies.
func (r *Run) settingsIdentity() []byte {
	s := r.Settings
	if r.text != (TextPath{}) {
		s.Data = ""
	}
	return s.identity()
}

// metadata returns the metadata of both safetensors files: of the run, with checksums of its other files.
func (r *Run) metadata() map[string]string {
	identity := r.identity.digest
	if r.identity.of != r.Settings || identity == "" {
		identity = digest(r.settingsIdentity())
	}
	m := map[string]string{
		metaStep: strconv.Itoa(r.Step), metaData: r.DataSHA256, metaSettings: identity,
		metaConfig: digest(r.configJSON), metaWords: digest(r.tokenizerJSON),
	}
	if r.hasSpelling() {
		m[metaSpelling] = digest(r.spellingJSON)
	}
	if r.Best != nil {
		m[metaTrained] = strconv.Itoa(r.Trained)
		m[metaBest], m[metaBestLoss] = strconv.Itoa(r.Best.Step), strconv.FormatFloat(r.Best.Loss, 'g', -1, 64)
	}
	return m
}

// checkMetadata checks that a safetensors file belongs to config.json, tokenizer.json, spelling.json and training.yaml, and sets the fields of
// the run from its metadata.
func (r *Run) checkMetadata(f *folder, name string, metadata map[string]string) (err error) {
	if r.identity.of != r.Settings {
		r.identity = settingsDigest{r.Settings, digest(r.settingsIdentity())}
	}
	want := r.metadata()
	for _, other := range []struct{ file, key string }{
		{configFile, metaConfig}, {tokenizerFile, metaWords}, {spellingFile, metaSpelling}, {settingsFile, metaSettings},
	} {
		if metadata[other.key] != want[other.key] {
			return fmt.Errorf("%s is not the one that %s was written with: one of them was changed, damaged or comes from another run; "+
				"restore it or train again",
				f.at(other.file), name)
		}
	}
	if of := r.text.SHA256; of != "" && metadata[metaData] != of {
		return fmt.Errorf("%s names another text than that which %s was trained on: they come from different runs; restore it or train again",
			f.at(settingsFile), name)
	}
	if r.Step, err = parseStep(metadata, metaStep); err != nil {
		return f.fileError(name, err)
	}
	r.Trained = r.Step
	if r.Settings.selects() {
		if r.Trained, err = parseStep(metadata, metaTrained); err == nil {
			r.Best, err = parseBest(metadata, r.Trained)
		}
		if err != nil {
			return f.fileError(name, err)
		}
	}
	r.DataSHA256 = metadata[metaData]
	if name == stateFile {
		r.chainHashes = map[string]string{metricsFile: metadata[metaMetrics], filmFile: metadata[metaFilm]}
	}
	return nil
}

// parseStep reads a number of updates from the metadata.
func parseStep(metadata map[string]string, key string) (int, error) {
	step, err := strconv.Atoi(metadata[key])
	if err != nil || step < 0 {
		return 0, fmt.Errorf("%s %s is not a number; %w", key, printable.Quote(metadata[key]), errDamaged)
	}
	return step, nil
}

// writeModel writes model.safetensors.
func (r *Run) writeModel(w io.Writer) error {
	return writeTensors(w, hf.Tensors(r.Config, r.Parameters), r.metadata())
}

// Untrained returns the run with the weights before training.
func (r *Run) Untrained() (*Run, error) {
	if err := r.checkNeed("an untrained copy of this run", only(r.Config.ParameterBytes()), r.advice()); err != nil {
		return nil, err
	}
	weights, err := layers.NewParameters(r.Config, r.Settings.Seed)
	if err != nil {
		return nil, err
	}
	before := *r
	before.Parameters, before.Step, before.Trained, before.Best = weights, 0, 0, nil
	return &before, nil
}

// sealMark is the beginning of the last line of training.yaml, which has the SHA-256 of the lines above.
const sealMark = "# sha256 of the lines above: "

// sealSettings returns training.yaml: the settings, the version of the format, how the text is found, and their digest in a comment.
func sealSettings(s Settings, format int, text TextPath) []byte {
	b := []byte("# Every setting of this run; `attend train --config FILE` repeats it.\n")
	if format > 1 {
		b = fmt.Appendf(b, "%s: %d\n", formatKey, format)
	}
	if text != (TextPath{}) {
		b = append(b, text.YAML()...)
		s.Data = text.Path
	}
	b = append(b, s.YAML()...)
	return fmt.Appendf(b, "%s%s\n", sealMark, digest(b))
}

// unsealSettings is the inverse of sealSettings.
func unsealSettings(b []byte) (Settings, SettingsFile, error) {
	at := bytes.LastIndex(b, []byte(sealMark))
	if at < 0 || string(b[at:]) != sealMark+digest(b[:at])+"\n" {
		return Settings{}, SettingsFile{}, errors.New("it was changed or damaged, its SHA-256 does not match: " +
			"copy it elsewhere to edit it and use the copy with --config")
	}
	s, read, err := ParseYAML(b[:at], Settings{})
	if unknown, ok := errors.AsType[*UnknownSettingError](err); ok {
		err = formatError{fmt.Errorf("this version of attend has no setting %s: use the version that wrote the file, or a newer one",
			printable.Quote(unknown.Name))}
	}
	if version := (formatError{}); err != nil && !errors.As(err, &version) {
		err = fmt.Errorf("it does not hold the settings of a run (%s): restore it from a copy, or train again",
			printable.Short(err.Error(), 4*printable.MaxQuote))
	}
	for _, setting := range AllSettings() {
		if x, ok := setting.In(&s).(*float64); ok && err == nil && *x-*x != 0 {
			err = fmt.Errorf("no run has %s %v: restore the file from a copy, or train again", setting.Name, *x)
		}
	}
	return s, read, err
}
