package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"attend/internal/file"
	"attend/internal/hf"
	"attend/internal/param"
	"attend/internal/printable"
	"attend/train"
)

// createFolder creates the folder of a locked name with all files of the training, atomically. lines has the content of the first
// line of each log, if any.
func (t *Training) createFolder(c *creator, at *lockedName, overwrite bool, lines map[string][]byte) error {
	for name, content := range lines { // before the checkpoint, which has their chain hashes
		lines[name] = t.chain(name, content)
	}
	tokenizerConfig, err := t.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return err
	}
	files := []namedFile{
		{settingsFile, file.Bytes(sealSettings(t.Settings, t.Format, t.text))}, // first, so that an incomplete folder is recognised
		{configFile, file.Bytes(t.configJSON)}, {tokenizerFile, file.Bytes(t.tokenizerJSON)},
		{tokenizerConfigFile, file.Bytes(tokenizerConfig)},
		{modelFile, t.Model().writeModel}, {stateFile, t.writeState},
		{metricsFile, file.Bytes(lines[metricsFile])}, {filmFile, file.Bytes(lines[filmFile])},
	}
	if t.hasSpelling() {
		files = append(files, namedFile{spellingFile, file.Bytes(t.spellingJSON)})
	}
	if err := c.create(at, files, overwrite); err != nil {
		return err
	}
	t.folder, err = os.Stat(at.real)
	return err
}

// at returns the path of a file of the run.
func (t *Training) at(name string) string { return filepath.Join(t.name.real, name) }

// shown returns the path of a file of the run for messages.
func (t *Training) shown(name string) string { return printable.Path(filepath.Join(t.Path, name)) }

// resumeFrom restores the state of the last checkpoint, in memory and in the folder.
func (t *Training) resumeFrom(tensors map[string]hf.Tensor) error {
	t.restore(tensors)
	if err := t.checkFinite(); err != nil {
		return fmt.Errorf("%s: %w", t.shown(stateFile), err)
	}
	if err := t.sweep(); err != nil {
		return err
	}
	anew := false // whether a log is missing
	for _, name := range logNames {
		missing, err := t.trimLog(name)
		if err != nil {
			return err
		}
		anew = anew || missing
	}
	t.before = t.last.Seconds
	// Create both logs again: a process of an earlier version may have been killed between their first lines.
	if t.Step == 0 && (anew || t.Format == 1) {
		for _, name := range logNames {
			if err := t.beginLog(name); err != nil {
				return err
			}
		}
		if err := t.log(train.Step{LearningRate: t.Settings.Training().Rate(0)}); err != nil {
			return err
		}
	}
	// The model may be older than the state, and if all steps are done it is not saved again.
	files := []namedFile{{settingsFile, file.Bytes(sealSettings(t.Settings, t.Format, t.text))}, {modelFile, t.Model().writeModel}}
	if anew { // the checkpoint has chain hashes of lines that are lost
		files = append([]namedFile{{stateFile, t.writeState}}, files...)
	}
	return writeFiles(t.name.real, files)
}

// sweep removes temporary files of killed processes from the folder.
func (t *Training) sweep() error {
	entries, err := os.ReadDir(t.name.real)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isTemporary(e.Name()) {
			if err := os.Remove(t.at(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkFinite returns an error unless the weights and moments, and the loss and gradient of the next batch, are finite. Otherwise
// a checkpoint could not be used or resumed.
func (t *Training) checkFinite() error {
	sets := t.sets()
	for _, name := range t.Settings.stateSets() {
		where := ""
		switch name {
		case weightSet:
		case bestSet:
			where = "in the best weights "
		default:
			where = "in the optimizer's moment " + name + " "
		}
		if err := finite(sets[name]); err != nil {
			return t.diverged(where, err)
		}
	}
	return t.trainer.ComputeGradients()
}

// log evaluates the model and writes a line to the log of metrics, and one to the film if it has a frame of this step.
func (t *Training) log(s train.Step) error {
	lines, err := t.evaluate(s)
	if err != nil {
		return err
	}
	if err := t.checkPresent(); err != nil {
		return t.rescue(err)
	}
	for _, name := range logNames {
		if lines[name] == nil {
			continue
		}
		if err := t.appendLog(name, lines[name]); err != nil {
			return t.cannotSave(name, err)
		}
	}
	return nil
}

// save writes a checkpoint. It returns an error, and writes nothing, if the training has diverged. The logs are flushed first,
// since the checkpoint has their chain hashes. The state is next, since a training is resumed from the state alone. The model is
// last.
func (t *Training) save() error {
	if err := t.checkFinite(); err != nil {
		return err
	}
	if err := t.checkPresent(); err != nil {
		return t.rescue(err)
	}
	for _, name := range logNames {
		f, err := t.openLog(name)
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		if err != nil {
			return t.cannotSave(name, err)
		}
	}
	for _, f := range []namedFile{{stateFile, t.writeState}, {modelFile, t.Model().writeModel}} {
		if err := file.Replace(t.at(f.name), f.write); err != nil {
			return t.cannotSave(f.name, err)
		}
	}
	t.saved = t.Step
	return nil
}

// cannotSave returns the error of a training that cannot write a file. The error says where the model is: in the last checkpoint,
// if that is complete and the disk is full, otherwise in a new folder next to this one.
func (t *Training) cannotSave(name string, err error) error {
	if gone := t.checkPresent(); gone != nil {
		return t.rescue(gone)
	}
	why := fmt.Errorf("cannot write %s: %w", t.shown(name), file.Cause(err))
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	if !full || !t.checkpointIsWhole() {
		return t.rescue(why)
	}
	return fmt.Errorf("step %d cannot be saved, %w: "+
		"free some space, then --resume %s continues from step %d, whose checkpoint is complete",
		t.Step, why, printable.Path(t.Path), t.saved)
}

// checkpointIsWhole reports whether the last checkpoint of the folder can be resumed.
func (t *Training) checkpointIsWhole() bool {
	f, err := openFolder(t.name.real)
	if err != nil {
		return false
	}
	defer f.root.Close()
	_, _, err = f.openWith(stateFile, t.options)
	return err == nil
}

// checkPresent returns an error if the folder was deleted or replaced, or if a file is missing that a training writes only once.
func (t *Training) checkPresent() error {
	if err := t.name.confirm(); err != nil {
		return err
	}
	switch now, err := os.Stat(t.name.real); {
	case err != nil:
		return fmt.Errorf("%s is gone (%w)", printable.Path(t.Path), file.Cause(err))
	case !os.SameFile(now, t.folder):
		return fmt.Errorf("%s is another folder now", printable.Path(t.Path))
	}
	once := []string{settingsFile, configFile, tokenizerFile}
	if t.Format > 1 {
		once = append(once, tokenizerConfigFile)
	}
	if t.hasSpelling() {
		once = append(once, spellingFile)
	}
	for _, name := range once {
		if _, err := os.Lstat(t.at(name)); err != nil {
			return fmt.Errorf("%s is gone (%w)", t.shown(name), file.Cause(err))
		}
	}
	return nil
}

// rescue saves the training in a new folder next to its own one, which was deleted or cannot be written. It returns the error of
// the training, which says where the model is.
func (t *Training) rescue(gone error) error {
	path := filepath.Clean(t.Path)
	if base := filepath.Base(path); base == "." || base == ".." {
		path = t.name.real
	}
	c := newCreator()
	at, err := c.reserveUnder(filepath.Dir(path), filepath.Base(path), 2)
	if err == nil {
		t.startHashes()
		if err = t.createFolder(c, at, false, nil); err != nil {
			at.release()
		}
	}
	if err != nil {
		kept := ""
		if t.checkpointIsWhole() {
			kept = fmt.Sprintf("; the checkpoint of step %d is complete", t.saved)
		}
		return fmt.Errorf("step %d cannot be saved: %w, and in a new folder: %w%s", t.Step, gone, err, kept)
	}
	t.name.release()
	t.name, t.saved = at, t.Step
	return fmt.Errorf("%w: step %d is saved in %s: resume it with --resume", gone, t.Step, printable.Path(at.path))
}

// sets returns the content of state.safetensors: the weights, the best weights, and the moments of the optimizer, by the prefix of
// their tensor names.
func (t *Training) sets() map[string]*param.Set {
	sets := t.trainer.Moments()
	sets[weightSet] = t.Parameters
	if t.best != nil {
		sets[bestSet] = t.best
	}
	return sets
}

// writeState writes state.safetensors.
func (t *Training) writeState(w io.Writer) error {
	tensors := map[string]hf.Tensor{}
	for of, set := range t.sets() {
		for _, p := range set.All() {
			tensors[of+"/"+p.Name] = hf.Tensor{Shape: p.Shape, Data: p.Data}
		}
	}
	metadata := t.metadata()
	if t.Format > 1 {
		metadata[metaMetrics], metadata[metaFilm] = t.chainHashes[metricsFile], t.chainHashes[filmFile]
	}
	return writeTensors(w, tensors, metadata)
}

// restore copies the tensors of state.safetensors to the weights, the best weights and the moments. Their shapes were checked.
func (t *Training) restore(tensors map[string]hf.Tensor) {
	for prefix, set := range t.sets() {
		fill(set, prefix, tensors)
	}
	t.trainer.SetStep(t.Step)
}
