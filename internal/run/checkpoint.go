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

// put writes all files of the training into the folder of a slot, which appears in one step. Lines are the contents of the first
// line of each log, if any.
func (t *Training) put(c *creator, at *slot, overwrite bool, lines map[string][]byte) error {
	for name, content := range lines { // before the checkpoint, which records them
		lines[name] = t.chain(name, content)
	}
	tokenizerConfig, err := t.Vocabulary.TokenizerConfigJSON()
	if err != nil {
		return err
	}
	files := []namedFile{
		{settingsFile, file.Bytes(sealSettings(t.Settings, t.Format))}, // first, so that a folder in the making is known as ours
		{configFile, file.Bytes(t.configJSON)}, {tokenizerFile, file.Bytes(t.tokenizerJSON)},
		{tokenizerConfigFile, file.Bytes(tokenizerConfig)},
		{modelFile, t.writeModel}, {stateFile, t.writeState},
		{metricsFile, file.Bytes(lines[metricsFile])}, {filmFile, file.Bytes(lines[filmFile])},
	}
	if err := c.put(at, files, overwrite); err != nil {
		return err
	}
	t.folder, err = os.Stat(at.real)
	return err
}

// at returns the path of a file of the run, shown the one for messages.
func (t *Training) at(name string) string    { return filepath.Join(t.slot.real, name) }
func (t *Training) shown(name string) string { return printable.Path(filepath.Join(t.Path, name)) }

// goOn brings the training and its folder to the state of the last checkpoint.
func (t *Training) goOn(tensors map[string]hf.Tensor) error {
	t.restore(tensors)
	if err := t.checkFinite(); err != nil {
		return fmt.Errorf("%s: %w", t.shown(stateFile), err)
	}
	if err := t.sweep(); err != nil {
		return err
	}
	anew := false // a log is missing
	for _, name := range logNames {
		missing, err := t.trimLog(name)
		if err != nil {
			return err
		}
		anew = anew || missing
	}
	t.before = t.last.Seconds
	// Then both begin anew: an earlier version may have been killed between their first lines.
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
	// The model may be older than the state, and with no step left nothing else would write it.
	files := []namedFile{{settingsFile, file.Bytes(sealSettings(t.Settings, t.Format))}, {modelFile, t.writeModel}}
	if anew { // the checkpoint recorded lines that are no more
		files = append([]namedFile{{stateFile, t.writeState}}, files...)
	}
	return writeFiles(t.slot.real, files)
}

// sweep removes what killed processes left in the folder.
func (t *Training) sweep() error {
	entries, err := os.ReadDir(t.slot.real)
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

// checkFinite returns an error unless the weights and moments, and the loss and gradient of the next batch, are finite: a
// checkpoint of any other could neither be used nor resumed.
func (t *Training) checkFinite() error {
	sets := t.sets()
	for i, name := range t.Settings.stateSets() {
		where := ""
		if i > 0 {
			where = "in the optimizer's moment " + name + " "
		}
		if err := finite(sets[name]); err != nil {
			return t.diverged(where, err)
		}
	}
	return t.trainer.ComputeGradients()
}

// log evaluates the model and writes a line to both logs.
func (t *Training) log(s train.Step) error {
	lines, err := t.evaluate(s)
	if err != nil {
		return err
	}
	if err := t.present(); err != nil {
		return t.rescue(err)
	}
	for _, name := range logNames {
		if err := t.appendLog(name, lines[name]); err != nil {
			return t.cannotSave(name, err)
		}
	}
	return nil
}

// save writes a checkpoint, unless the training has diverged. The logs come first, since the checkpoint records their last lines.
// Then the state: it alone decides where a resumed training
// goes on, and the model beside it is whole by itself at any instant.
func (t *Training) save() error {
	if err := t.checkFinite(); err != nil {
		return err
	}
	if err := t.present(); err != nil {
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
	for _, f := range []namedFile{{stateFile, t.writeState}, {modelFile, t.writeModel}} {
		if err := file.Replace(t.at(f.name), f.write); err != nil {
			return t.cannotSave(f.name, err)
		}
	}
	t.saved = t.Step
	return nil
}

// cannotSave returns the error that ends a training of which a file cannot be written. It says where the model is: in the
// last checkpoint, if that is whole and another would need the same disk, else in a folder beside this one.
func (t *Training) cannotSave(name string, err error) error {
	if gone := t.present(); gone != nil {
		return t.rescue(gone)
	}
	why := fmt.Errorf("cannot write %s: %w", t.shown(name), file.Cause(err))
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	if !full || !t.checkpointIsWhole() {
		return t.rescue(why)
	}
	return fmt.Errorf("step %d cannot be saved, %w: make room, then --resume %s goes on from step %d, whose checkpoint is whole",
		t.Step, why, printable.Path(t.Path), t.saved)
}

// checkpointIsWhole reports whether the last checkpoint of the folder could be resumed.
func (t *Training) checkpointIsWhole() bool {
	f, err := openFolder(t.slot.real)
	if err != nil {
		return false
	}
	defer f.root.Close()
	_, _, err = f.openWith(stateFile, t.options)
	return err == nil
}

// present returns an error if the folder is no longer the one of this training: deleted, replaced, or without one of
// the files that a training does not write again.
func (t *Training) present() error {
	if err := t.slot.confirm(); err != nil {
		return err
	}
	switch now, err := os.Stat(t.slot.real); {
	case err != nil:
		return fmt.Errorf("%s is gone (%w)", printable.Path(t.Path), file.Cause(err))
	case !os.SameFile(now, t.folder):
		return fmt.Errorf("another folder is at %s now", printable.Path(t.Path))
	}
	for _, name := range []string{settingsFile, configFile, tokenizerFile, tokenizerConfigFile} {
		if _, err := os.Lstat(t.at(name)); err != nil && (t.Format > 1 || name != tokenizerConfigFile) {
			return fmt.Errorf("%s is gone (%w)", t.shown(name), file.Cause(err))
		}
	}
	return nil
}

// rescue saves the training under a free name beside its folder, which is not there any more. It returns the error
// that ends the training and says where the model is.
func (t *Training) rescue(gone error) error {
	path := filepath.Clean(t.Path)
	if base := filepath.Base(path); base == "." || base == ".." {
		path = t.slot.real
	}
	c := newCreator()
	at, err := c.reserveUnder(filepath.Dir(path), filepath.Base(path), 2)
	if err == nil {
		t.startLinks()
		if err = t.put(c, at, false, nil); err != nil {
			at.release()
		}
	}
	if err != nil {
		kept := ""
		if t.checkpointIsWhole() {
			kept = fmt.Sprintf("; the checkpoint of step %d is whole", t.saved)
		}
		return fmt.Errorf("step %d cannot be saved: %w, and beside it: %w%s", t.Step, gone, err, kept)
	}
	t.slot.release()
	t.slot, t.saved = at, t.Step
	return fmt.Errorf("%w: the model of step %d is saved in %s: --resume goes on with it", gone, t.Step, printable.Path(at.path))
}

// sets returns what state.safetensors holds: the weights and the moments of the optimizer, by the beginning of their tensors'
// names.
func (t *Training) sets() map[string]*param.Set {
	sets := t.trainer.Moments()
	sets[weightSet] = t.Weights
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
		metadata[metaMetrics], metadata[metaFilm] = t.links[metricsFile], t.links[filmFile]
	}
	return writeTensors(w, tensors, metadata)
}

// restore fills weights and moments from the tensors of state.safetensors, whose shapes are checked.
func (t *Training) restore(tensors map[string]hf.Tensor) {
	for of, set := range t.sets() {
		for _, p := range set.All() {
			copy(p.Data, tensors[of+"/"+p.Name].Data)
		}
	}
	t.trainer.SetStep(t.Step)
}
