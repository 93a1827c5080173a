package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// compareOptions are the flags of `attend compare` in addition to those of every command.
type compareOptions struct {
	with          string
	all           bool
	seeds         int
	least         float64
	patch         bool
	word, against string
}

func newCompare(p *program) *cobra.Command {
	var o compareOptions
	cmd := &cobra.Command{
		Use:   "compare SENTENCE [SENTENCE]",
		Short: "the difference between two sentences, two runs, or several seeds",
		Long: `Compare two sentences in one run, one sentence in two runs (--with), or one
sentence over runs that differ only in their seed (--seeds). Differences are the
first minus the second.

--patch shows where in the model the difference of two sentences is, by activation
patching: activations of one sentence are put into the other, one at a time, by
layer, token and head. It measures the difference of two logits, those of the most
likely next words of the two sentences or of --word and --against. Denoising puts
activations of the first sentence into the second, noising the other way round.
The sentences must have the same number of tokens. --format ` + printable.Or(formatNames(pictureFormats)) + ` draws
a picture of it.

The order of the heads of a run is arbitrary. The heads of two runs are matched
so that the mean absolute difference of their weights, on the sentence and on
held-out text, is smallest; the matching is shown.

The losses of two runs are measured on the sentences that both hold out. Where
their vocabularies differ, tokens that one of them lacks are left out: <unk>
stands for more words in the smaller one, so predicting it is easier.

--seeds trains the settings of the run again with the seeds that follow its own,
and counts in how many runs each link occurs. A link that only one seed has is
specific to that training.` + namingHelp + indexBase,
		Example: `  attend compare "The lion saw" "The zebra saw"
  attend compare "the lion saw the zebra" "the zebra saw the lion"
  attend compare "The lion saw the zebra near the" "The lion saw the hyena near the" --patch
  attend compare "The lion saw the zebra near the" "The lion saw the hyena near the" --patch -o patch.svg
  attend compare "The lion saw the zebra near the" --run runs/a --with runs/b
  attend compare "The lion saw the zebra near the" --with runs/b --all
  attend compare "The lion saw the zebra near the" --seeds 5`,
	}
	f := cmd.Flags()
	p.namedFlag(cmd, &o.with, "with", "`RUN` to compare with")
	f.BoolVar(&o.all, "all", false, "the difference of each head instead of the difference of their means")
	numberFlag(f, &o.seeds, "seeds", 0, between(0, 1000), "number of seeds to compare, the seed of the run included: "+
		"train its settings with each, and count the links that recur")
	numberFlag(f, &o.least, "least", 0.5, positiveShare, "smallest weight that --seeds counts as a link")
	f.BoolVar(&o.patch, "patch", false, "activation patching between two sentences")
	wordFlag(f, &o.word, "word", "with --patch: the word whose logit is compared (default: the most likely after the first sentence)")
	wordFlag(f, &o.against, "against", "with --patch: the word that it is compared with (default: the most likely after the second)")
	return p.runCommand(cmd, runCommand{formats: pictureFormats, check: o.check, find: func(q *request) (finding, error) {
		switch {
		case o.patch:
			return p.patch(q, o)
		case o.seeds > 0:
			return p.compareSeeds(q, o)
		}
		return p.compare(q, o)
	}})
}

// check reports flags and sentences that do not go together.
func (o *compareOptions) check(q *request) error {
	switch {
	case o.patch && (o.seeds > 0 || o.with != ""):
		return errors.New("--patch compares two sentences in one run: leave out --with and --seeds, or --patch")
	case o.patch && o.all:
		return errors.New("--patch shows every head: leave out --all, or --patch")
	case !o.patch && q.chosen.picture:
		return fmt.Errorf("only --patch has a picture: leave out --format %s, take text or json, or add --patch", q.format)
	case !o.patch && (o.word != "" || o.against != ""):
		return errors.New("--word and --against choose the logits that --patch compares: add --patch, or leave them out")
	case o.seeds > 0 && o.all:
		return errors.New("--seeds counts the links of all heads: leave out --all, or --seeds")
	case o.seeds == 0 && q.cmd.Flags().Changed("least"):
		return errors.New("--least is the smallest weight that --seeds counts: add --seeds, or leave it out")
	case o.seeds > 0 && o.with != "":
		return errors.New("--seeds trains new runs: leave out --with, or --seeds")
	case o.seeds == 1:
		return errors.New("--seeds 1 compares nothing: give at least 2")
	case o.seeds > 0 || o.with != "":
		return oneSentence(q)
	case len(q.args) != 2:
		return fmt.Errorf("compare requires two sentences, or one with --with RUN or --seeds K, and %d came: "+
			"attend compare \"the lion saw the zebra\" \"the zebra saw the lion\"", len(q.args))
	}
	return nil
}

// patch compares two sentences by activation patching.
func (p *program) patch(q *request, o compareOptions) (finding, error) {
	patching, err := analysis.Patch(q.run, analysis.PatchQuestion{Clean: q.args[0], Corrupted: q.args[1], Word: o.word,
		Against: o.against})
	q.namesUnknown(q.args...)
	if err == nil {
		p.noteShortened(q.run, q.args...)
	}
	found := drawn(patching, text.Patching, stepNote(q.run))
	found.name = "compare-patch"
	found.picture = func(look picture.Options) (picture.Drawing, error) {
		return picture.Patching(patching, q.run.Source(), look)
	}
	return found, err
}

// compare compares two sentences, or two runs.
func (p *program) compare(q *request, o compareOptions) (finding, error) {
	var c attention.Comparison
	var err error
	if o.with == "" {
		c, err = analysis.CompareSentences(q.run, q.args[0], q.args[1])
	} else {
		c, err = p.compareRuns(q, o)
	}
	q.namesUnknown(q.args...)
	if err == nil && o.with == "" {
		p.noteShortened(q.run, q.args...)
	}
	return finding{
		shown:  []any{c},
		result: func() (any, error) { return c.Result(), nil },
		text: func(w io.Writer, view text.Options) error {
			view.All = o.all
			return text.Comparison(w, c, view)
		},
	}, err
}

// compareRuns compares the run with another on one sentence.
func (p *program) compareRuns(q *request, o compareOptions) (attention.Comparison, error) {
	path, err := find(o.with, aRun)
	var other *run.Run
	if err == nil {
		other, err = run.Open(path, p.options()...)
	}
	if err == nil {
		err = p.checkAt(other)
	}
	if err != nil {
		return attention.Comparison{}, err
	}
	if same, err := file.SameFolder(q.run.Path, path); err == nil && same {
		p.note(fmt.Sprintf("--with %s is the run itself, so nothing differs: name the other run with --run", printable.Path(path)))
	}
	if note := unknownNote(unknownIn(other, q.args...)); note != "" {
		p.note("in " + printable.Path(path) + " " + note)
	}
	of, missing := p.textOf(q.run)
	if missing != nil {
		p.note("heads are matched on this sentence alone, since the training text is not available")
		of = nil
	}
	with := p.sameText(q.run, other, of)
	said := len(q.run.Notes)
	c, err := analysis.Compare(q.run, other, q.args[0], of, with)
	p.note(append(q.run.Notes[said:], other.Notes...)...)
	if shorter := q.run; err == nil {
		if other.Config.Context < shorter.Config.Context {
			shorter = other
		}
		p.noteShortened(shorter, q.args[0])
	}
	return c, err
}

// sameText returns the text of a run, split as the other run splits it; the corpus itself if the text is another one, or if both
// read it in the same way, and nil if it cannot be read again.
func (p *program) sameText(r, other *run.Run, corpus *data.Corpus) *data.Corpus {
	if corpus == nil || other.DataSHA256 != r.DataSHA256 || other.Settings.Options() == r.Settings.Options() {
		return corpus
	}
	here := *other
	here.Settings.Data = r.Settings.Data // that of the other run may have been moved
	if in, ok := p.stdin.(io.Seeker); ok {
		_, _ = in.Seek(0, io.SeekStart) // a text on standard input was read once; a pipe cannot be read again
	}
	again, err := p.textOf(&here)
	if err != nil {
		return nil
	}
	return again
}

// compareSeeds trains the run's settings with other seeds.
func (p *program) compareSeeds(q *request, o compareOptions) (finding, error) {
	r := q.run
	corpus, err := p.textOf(q.run)
	if err != nil {
		return finding{}, err
	}
	if !r.Finished() {
		p.note(fmt.Sprintf("%s was stopped at step %d of %d, and the other seeds are trained to the end: "+
			"finish it with `attend train --resume` first",
			printable.Path(r.Path), r.Trained, r.Settings.Steps))
	}
	ctx, stop := interruptible(q.cmd.Context())
	defer stop()
	// Progress stands on a terminal until the next, so that an error of a later seed is one line.
	progress := func(done int) {
		if term.IsTerminal(p.stderr) && done < o.seeds {
			fmt.Fprintf(p.stderr, "\r\x1b[Ktraining seed %d of %d ...", done+1, o.seeds)
		}
	}
	q.namesUnknown(q.args[0])
	result, err := analysis.Seeds(ctx, r, corpus, q.args[0], o.seeds, o.least, progress)
	if term.IsTerminal(p.stderr) {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
	if ctx.Err() != nil {
		p.say("stopped: nothing of the seeds is saved")
		return finding{}, errInterrupted
	}
	if err == nil {
		p.noteShortened(r, q.args[0])
	}
	found := drawn(result, text.Recurrence, "")
	found.name = "compare-seeds"
	return found, err
}
