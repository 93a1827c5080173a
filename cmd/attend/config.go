package main

import (
	"errors"
	"fmt"
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
	f.StringVar(&o.resume, "resume", "", "run `FOLDER` to resume")
	f.StringVar(&o.config, "config", "", "`FILE` of settings in YAML, as training.yaml, at most 1 MB; flags override it")
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

// settle sets the settings from the file, the flags and the defaults, and checks what can be checked without the text.
func (p *program) settle(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	var lines map[string]int
	if o.config != "" {
		var err error
		if lines, err = applyConfig(cmd, settings, o.config); err != nil {
			return err
		}
	}
	f := cmd.Flags()
	for _, setting := range run.AllSettings() {
		line := lines[setting.Name]
		if setting.Follow != nil && !f.Changed(setting.Name) && (line == 0 || f.Changed(setting.Follows)) {
			before := setting.Text(settings)
			setting.Follow(settings)
			if now := setting.Text(settings); line > 0 && now != before {
				p.note(fmt.Sprintf("%s %s of %s is lowered to %s, since --%s is given: --%s sets another",
					setting.Name, before, printable.Path(o.config), now, setting.Follows, setting.Name))
			}
		}
		err := checkFlag(f.Lookup(setting.Name))
		if err != nil && line > 0 && !f.Changed(setting.Name) {
			err = fmt.Errorf("--config %s: line %d: %s", printable.Path(o.config), line, strings.TrimPrefix(err.Error(), "--"))
		}
		if err != nil {
			return err
		}
		if f.Changed(setting.Name) && train.Unused(setting.Name, settings.Optimizer) {
			p.note(fmt.Sprintf("--%s has no effect with --optimizer %s", setting.Name, settings.Optimizer))
		}
	}
	return nil
}

// mostSettings is the most bytes of a settings file.
const mostSettings = 1e6

// applyConfig sets the settings that a file gives and the command line does not. It returns the line of each setting in the file.
func applyConfig(cmd *cobra.Command, settings *run.Settings, path string) (map[string]int, error) {
	b, err := file.Read(path, mostSettings)
	if err != nil {
		return nil, fileError("config", path, err)
	}
	read, lines, _, err := run.ParseYAML(b, *settings)
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
		return nil, fmt.Errorf("--config %s: %w", printable.Path(path), err)
	}
	*settings = read
	return lines, nil
}

// absoluteData makes the path of the text absolute, so that eval and resume find it from any folder.
func absoluteData(s *run.Settings) (err error) {
	if !slices.Contains(data.BuiltIn.Names(), s.Data) && s.Data != "-" {
		s.Data, err = file.Abs(s.Data)
	}
	return err
}
