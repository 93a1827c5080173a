package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"attend/internal/file"
	"attend/internal/play/site"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/term"
)

// playOptions are the flags of `attend play`.
type playOptions struct {
	to     string
	noOpen bool
	run    string
}

func newPlay(p *program) *cobra.Command {
	var o playOptions
	cmd := &cobra.Command{
		Use:   "play",
		Short: "a page that trains in the browser, on sentences of your own, and lets you cut attention",
		Long: `Write a page and open it in the browser. A transformer trains in it while you
watch its attention form: on built-in sentences or on your own text. You can
remove the attention to a word or ablate a head and see the prediction change.
The page needs no network and no account, and sends nothing.

-o play.html keeps the page as one file, which opens with a double click. -o DIR
writes a folder for a web server, such as that of a school: files that it only
has to deliver. Without -o the page lies in the folder for caches. (A browser
that was installed as a snap may not read that folder: use -o.)

--run puts a run into the page, with the text that it was trained on if that is
still there: to type sentences into, and to train further. Whoever has the page
has the run and the text.

The engine of the page is attend itself, compiled to WebAssembly. The archives of
a release have it inside. In the folder of the source the first call builds it
with Go, which takes a minute or two, and keeps it.`,
		Example: `  attend play
  attend play -o play.html
  attend play -o public/attend/ --no-open
  attend play --run runs/savanna -o savanna.html`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.play(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.to, "output", "o", "", "write the page to a file that ends in .html, or to a folder for a web server: `FILE|DIR`")
	f.BoolVar(&o.noOpen, "no-open", false, "do not open the browser")
	p.namedFlag(cmd, &o.run, "run", "run to put into the page, by its folder or its name under "+runsFolder+"/ (default: none)")
	p.memoryFlag(f)
	return cmd
}

// play writes the page and opens it.
func (p *program) play(ctx context.Context, o playOptions) error {
	t, err := newPlayTarget(o.to)
	if err != nil {
		return err
	}
	page := site.Page{}
	if o.run != "" {
		path, err := find(o.run, aRun)
		if err != nil {
			return err
		}
		of, notes, err := site.ReadRun(path, p.options()...)
		if err != nil {
			return err
		}
		page.Run = of
		p.note(notes...)
	}
	v, err := newVersionResult()
	if err != nil {
		return err
	}
	page.Version = v.Version
	if page.Engine, err = p.playEngine(ctx); err != nil {
		return err
	}
	size, err := t.write(page)
	if err != nil {
		return err
	}
	shown := printable.Path(t.path)
	if t.folder {
		_, err := fmt.Fprintf(p.stdout, "%s: put these files on a web server, or try: python3 -m http.server --directory %s\n",
			shown, commandWord(t.path, "DIR", printable.MaxPath))
		return err
	}
	if _, err := fmt.Fprintf(p.stdout, "%s: %s, which a browser opens\n", shown, printable.Size(float64(size))); err != nil || o.noOpen {
		return err
	}
	p.openPage(t)
	return nil
}

// openPage opens a page in the browser, or says how to.
func (p *program) openPage(t playTarget) {
	if t.special {
		return
	}
	err := errors.New("there is none")
	if p.open != nil {
		var path string
		if path, err = file.Abs(t.path); err == nil {
			err = p.open(fileAddress(path))
		}
	}
	if err != nil {
		p.note(fmt.Sprintf("the browser was not opened (%v): open %s in it", err, printable.Path(t.path)))
	}
}

// playTarget is where the page goes.
type playTarget struct {
	output
	path    string
	folder  bool
	special bool // a device or a pipe
	cache   bool // in the folder for caches
}

// newPlayTarget reads --output, and refuses what cannot be written, as far as that is known before the engine is built: a name that ends in .html is a file, one with a slash at its end, without an extension or of a folder is
// a folder.
func newPlayTarget(to string) (t playTarget, err error) {
	if to == "" {
		cache, err := site.CacheFolder()
		if err != nil {
			return t, err
		}
		t.path = filepath.Join(cache, "play.html")
		t.cache = true
		return t, nil
	}
	t.path, t.output.to = to, to
	info, missing := os.Stat(to)
	extension := strings.ToLower(filepath.Ext(to))
	html := extension == ".html" || extension == ".htm"
	ends := os.IsPathSeparator(to[len(to)-1])
	switch {
	case missing == nil && info.IsDir() && html && !ends:
		return t, t.outputError(syscall.EISDIR)
	case special(to):
		t.special = true
	case missing == nil && info.IsDir(), ends, extension == "":
		t.folder = true
		if missing == nil && !info.IsDir() {
			return t, fmt.Errorf("--output %s is a file: name a page, such as play.html, or a folder", printable.Path(to))
		}
		if run.HasFile(filepath.Join(to, "config.json")) {
			return t, fmt.Errorf("--output %s is a run folder: name another folder", printable.Path(to))
		}
		return t, checkPlayFolder(to)
	case !html:
		return t, fmt.Errorf("--output %s: want a page, such as play.html, or a folder, such as public/", printable.Path(to))
	}
	if err := t.checkTarget(); err != nil {
		return t, err
	}
	above := filepath.Dir(to)
	info, err = os.Stat(above)
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	return t, t.outputError(err)
}

// checkPlayFolder refuses a folder that the page may not be written to, before the engine is built.
func checkPlayFolder(path string) error {
	if err := site.CheckFolder(path); err != nil {
		return playFolderError(path, err)
	}
	return nil
}

// playFolderError says why a folder cannot be written.
func playFolderError(path string, err error) error {
	shown := printable.Path(path)
	switch {
	case errors.Is(err, site.ErrOtherFolder):
		return fmt.Errorf("--output %s: %w", shown, err)
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("--output %s: a file is in the way: name another folder", shown)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("--output %s: no permission to write there: name another folder", shown)
	}
	return fmt.Errorf("--output %s: %w: %s", shown, file.Cause(err), cmp.Or(file.Advice(err), "name another folder"))
}

// write writes the page and returns the size of its file.
func (t playTarget) write(page site.Page) (size int, err error) {
	if t.folder {
		if err := page.WriteFolder(t.path); err != nil {
			return 0, playFolderError(t.path, err)
		}
		return 0, nil
	}
	var b bytes.Buffer
	if err := page.WriteFile(&b); err != nil {
		return 0, err
	}
	if t.cache {
		err := os.MkdirAll(filepath.Dir(t.path), 0o755)
		if err == nil {
			err = file.Replace(t.path, file.Bytes(b.Bytes()))
		}
		if err != nil {
			err = fmt.Errorf("the page cannot be written to %s: %w", printable.Path(t.path), file.Explain(err, "name a file with -o play.html"))
		}
		return b.Len(), err
	}
	return b.Len(), t.output.write(nil, func(w io.Writer) error {
		_, err := w.Write(b.Bytes())
		return err
	})
}

// playEngine returns the engine of the page: the one in this program, or one that is built from source.
func (p *program) playEngine(ctx context.Context) (site.Engine, error) {
	if p.engine != nil {
		return *p.engine, nil
	}
	if e, found, err := site.Embedded(); found || err != nil {
		return e, err
	}
	source, err := site.FindSource()
	if err != nil {
		return site.Engine{}, err
	}
	cache, err := site.CacheFolder()
	if err != nil {
		return site.Engine{}, err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	live := term.IsTerminal(p.stderr)
	e, err := site.Builder{Source: source, Cache: cache, Building: func(packages int) {
		switch {
		case live && packages >= 0:
			fmt.Fprintf(p.stderr, "\rbuilding the engine of the page, once: %s\x1b[K", printable.Count(packages, "package"))
		case live:
			fmt.Fprint(p.stderr, "\rcompressing the engine of the page\x1b[K")
		case packages == 0:
			p.say("building the engine of the page, which takes a minute or two the first time")
		}
	}}.Build(ctx)
	if live {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
	if err != nil && ctx.Err() != nil {
		p.say("stopped: nothing was written")
		return e, errInterrupted
	}
	return e, err
}
