package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/train"
)

// trainFlags binds every setting to a flag of the same name, group by group, and adds the flags that are no settings.
func trainFlags(s *run.Settings, o *trainOptions) (groups []*pflag.FlagSet) {
	var f *pflag.FlagSet
	for _, setting := range run.AllSettings() {
		if f == nil || f.Name() != setting.Group {
			f = pflag.NewFlagSet(setting.Group, pflag.ContinueOnError)
			f.SortFlags = false
			groups = append(groups, f)
		}
		settingFlag(f, setting, s)
	}
	choiceFlag(f, &o.format, "format", "text", []string{"text", "json"}, "text or json: the result on standard output")
	f.BoolVar(&o.watch, "watch", false, "show the map of the sample sentence while it trains, on a terminal; does not change the result")
	f.StringVar(&o.out, "out", "", "run folder to create (default: a new one under "+runsFolder+"/)")
	f.BoolVar(&o.overwrite, "overwrite", false, "replace the run in --out")
	f.StringVar(&o.resume, "resume", "", "`RUN` to resume, by its folder or its name under "+runsFolder+"/")
	f.StringVar(&o.config, "config", "", "`FILE` of settings in YAML, as training.yaml, at most 1 MB, or a run; flags override it")
	return groups
}

// settingFlag adds the flag of a setting, whose default is the value in s.
func settingFlag(f *pflag.FlagSet, setting run.Setting, s *run.Settings) {
	usage := setting.Meaning
	defer func() { renamed(f, setting.Formerly, setting.Name) }()
	switch p := setting.In(s).(type) {
	case *string:
		if setting.Choices != nil {
			choiceFlag(f, p, setting.Name, *p, setting.Choices, usage+": "+printable.Or(setting.Choices))
			flag := f.Lookup(setting.Name)
			flag.Value = chosen{flag.Value.(chosen).Value, setting.Choices, setting.Older}
		} else {
			f.StringVar(p, setting.Name, *p, usage)
		}
	case *bool:
		f.BoolVar(p, setting.Name, *p, usage)
	case *float64:
		numberFlag(f, p, setting.Name, *p, setting.Range, usage)
	case *int:
		numberFlag(f, p, setting.Name, *p, setting.Range, usage)
	case *uint64:
		numberFlag(f, p, setting.Name, *p, setting.Range, usage)
	}
}

// settle sets the settings from the file, the flags and the defaults, and checks what can be checked without the text. sum is the SHA-256
// of the text that the file is of, "" if it is of none or the flags name another.
func (p *program) settle(cmd *cobra.Command, settings *run.Settings, o *trainOptions) (sum string, err error) {
	var file run.SettingsFile
	if o.config != "" {
		if o.config, err = findSettings(o.config, aRun); err != nil {
			return "", fmt.Errorf("--config: %w", err)
		}
		if file, err = p.applyConfig(cmd, settings, o.config); err != nil {
			return "", err
		}
	}
	f := cmd.Flags()
	for _, setting := range run.AllSettings() {
		line := file.Lines[setting.Name]
		if setting.Follow != nil && !f.Changed(setting.Name) && (line == 0 || f.Changed(setting.Follows)) {
			before := setting.Text(settings)
			setting.Follow(settings)
			if now := setting.Text(settings); line > 0 && now != before {
				p.note(fmt.Sprintf("%s %s of %s becomes %s, since --%s is given: --%s sets another",
					setting.Name, before, printable.Path(o.config), now, setting.Follows, setting.Name))
			}
		}
		err := checkFlag(f.Lookup(setting.Name))
		if err != nil && line > 0 && !f.Changed(setting.Name) {
			err = fmt.Errorf("--config %s: line %d: %s", printable.Path(o.config), line, strings.TrimPrefix(err.Error(), "--"))
		}
		if err != nil {
			return "", err
		}
		if f.Changed(setting.Name) && train.Unused(setting.Name, settings.Optimizer) {
			p.note(fmt.Sprintf("--%s has no effect with --optimizer %s", setting.Name, settings.Optimizer))
		}
	}
	return file.Text.SHA256, nil
}

// noteOtherText notes that a text is not the one of the run whose settings are used, if sum is not "".
func (p *program) noteOtherText(corpus *data.Corpus, config, sum string) {
	if sum != "" && sum != corpus.SHA256 {
		p.note(fmt.Sprintf("%s is not the text that %s was written for (its SHA-256 differs), so the training will not be repeated exactly",
			printable.Path(corpus.Name), printable.Path(config)))
	}
}

// mostSettings is the most bytes of a settings file.
const mostSettings = 1e6

// applyConfig sets the settings that a file gives and the command line does not. It returns what else the file has; of a text that is
// named on the command line, nothing.
func (p *program) applyConfig(cmd *cobra.Command, settings *run.Settings, path string) (run.SettingsFile, error) {
	b, err := file.Read(path, mostSettings)
	if err != nil {
		return run.SettingsFile{}, fileError("config", path, err)
	}
	read, rest, err := run.ParseYAML(b, *settings)
	if cmd.Flags().Changed("data") {
		rest.Text = run.TextPath{}
	}
	if rest.Text != (run.TextPath{}) {
		read.Data = p.textFrom(rest.Text, path)
	}
	var names []string
	for _, setting := range run.AllSettings() {
		names = append(names, setting.Name)
		if cmd.Flags().Changed(setting.Name) {
			setting.Copy(&read, settings)
		}
	}
	if unknown := new(run.UnknownSettingError); errors.As(err, &unknown) {
		if near := nearest(unknown.Name, names); near != "" {
			err = fmt.Errorf("line %d: there is no setting %s: did you mean %s?", unknown.Line, printable.Quote(unknown.Name), near)
		}
	}
	if err != nil {
		return run.SettingsFile{}, fmt.Errorf("--config %s: %w", printable.Path(path), err)
	}
	*settings = read
	return rest, nil
}

// textFrom returns the path of the text of a settings file, and notes if it is not where the file says.
func (p *program) textFrom(text run.TextPath, config string) string {
	path, first := text.From(filepath.Dir(config))
	if path != first {
		p.note(fmt.Sprintf("the text of %s is not at %s, so it is read from %s: --data names another",
			printable.Path(config), printable.Path(first), printable.Path(path)))
	}
	return path
}

// absoluteData makes the path of the text absolute, so that eval and resume find it from any folder.
func absoluteData(s *run.Settings) (err error) {
	if !slices.Contains(data.BuiltIn.Names(), s.Data) && s.Data != "-" {
		s.Data, err = file.Abs(s.Data)
	}
	return err
}
