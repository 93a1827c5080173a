package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/kernel"
	"attend/internal/play/site"
	"attend/internal/render/export"
)

// stamped is the version and the commit of a release, "v1.0.0 0123abc...", which package dist sets when it links; "" in any other
// program.
var stamped string

// versionResult says which program this is.
type versionResult struct {
	Version      string  `json:"version"`
	Commit       *string `json:"commit"` // nil if it is not known
	Go           string  `json:"go"`
	System       string  `json:"system"`
	Instructions string  `json:"instruction_set"`
	Engine       bool    `json:"engine"` // whether it has the engine of `attend play` inside
}

// newVersionResult reads what the program was stamped with, or what Go noted when it built it.
func newVersionResult() (versionResult, error) {
	v := versionResult{Version: "(devel)", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = cmp.Or(info.Main.Version, v.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = &s.Value
			}
		}
	}
	if version, commit, ok := strings.Cut(stamped, " "); ok {
		v.Version, v.Commit = version, &commit
	}
	var err error
	if v.Instructions, err = kernel.Instructions(); err != nil {
		return v, err
	}
	_, v.Engine, err = site.Embedded()
	return v, err
}

// version is the text of `attend version`, for --version.
func version() string {
	v, err := newVersionResult()
	if err != nil {
		v.Instructions = "not chosen: " + err.Error()
	}
	var b strings.Builder
	_ = v.text(&b) // a builder takes all
	return b.String()
}

func newVersion(p *program) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "version",
		Short: "which version of attend this is",
		Long: `Print the version of attend, the commit that it was built from, the release of Go
that built it, the system, the instruction set that it computes with on this
processor, and whether it has the engine of ` + "`attend play`" + ` inside.

The instruction set is the widest that the processor has; the environment
variable ATTEND_KERNELS chooses another. Runs are reproducible bit for bit with
the same instruction set.`,
		Example: `  attend version
  attend version --format json
  ATTEND_KERNELS=portable attend version`,
		Args: noArguments,
	}
	formats := []format{textFormat, jsonFormat}
	o.flags(cmd, formats)
	cmd.RunE = func(*cobra.Command, []string) error {
		if err := o.resolve(p.stdout, formats); err != nil {
			return err
		}
		v, err := newVersionResult()
		if err != nil {
			return err
		}
		return o.write(p.stdout, func(w io.Writer) error {
			if o.format == jsonFormat.name {
				return export.JSONWithoutSource(w, "version", v)
			}
			return v.text(w)
		})
	}
	return cmd
}

// text writes the result as lines.
func (v versionResult) text(w io.Writer) error {
	commit, engine := "unknown", "built from source by attend play"
	if v.Commit != nil {
		commit = *v.Commit
	}
	if v.Engine {
		engine = "inside"
	}
	_, err := fmt.Fprintf(w, "attend %s\n\ncommit           %s\nGo               %s\nsystem           %s\ninstruction set  %s\nlive page        engine %s\n",
		v.Version, commit, v.Go, v.System, v.Instructions, engine)
	return err
}
