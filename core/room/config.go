package room

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

// ConfigName is the configuration file's name; it is looked for in the tested
// file's folder only.
const ConfigName = "stresstester.toml"

// config is what a stresstester.toml says for one problem: the folder's level
// and then, laid over it, the problem's own.
type config struct {
	levels  []level
	files   []configuredFile // a later one wins
	include []placedText
	// interactive is nil where nothing is said.
	interactive *bool
	languages   map[string]languages.Override
}

type level struct {
	Settings
	limits map[problem.Role]limitSettings
}

type configuredFile struct {
	role problem.Role
	placedText
}

type placedText struct {
	text string
	at   place
}

// wordsPeopleTry maps other tools' and other parts' words to the keys.
var wordsPeopleTry = map[string]string{
	"generator": "gen", "reference": "brute", "brute_force": "brute", "bruteforce": "brute", "slow": "brute", "naive": "brute",
	"timeout": "time_limit", "tl": "time_limit", "ml": "memory_limit", "memory": "memory_limit", "output": "output_limit",
	"includes": "include", "include_dirs": "include", "args": "gen_args", "generator_args": "gen_args", "duration": "time",
	"language": "languages", "problems": "problem", "limit": "limits", "checker_mode": "compare", "comparison": "compare",
	"flags": "compile_flags", "standard": "std",
}

// readConfig reads the folder's stresstester.toml into the room, when there is
// one, and returns the files it names.
func (r *Room) readConfig(files Files, names []string) (roleFiles, error) {
	r.Languages = languages.Default()
	if !slices.Contains(names, ConfigName) {
		return nil, nil
	}
	r.ConfigPath = filepath.Join(r.Dir, ConfigName)
	data, err := files.ReadFile(r.ConfigPath)
	if err != nil {
		return nil, &ConfigError{Path: r.ConfigPath, Message: plain(err)}
	}
	c, mistakes := parseConfig(data, r.Name)
	if len(mistakes) > 0 {
		return nil, configErrors(r.ConfigPath, mistakes)
	}
	configured, mistakes := r.take(files, c)
	if len(mistakes) > 0 {
		return nil, configErrors(r.ConfigPath, mistakes)
	}
	return configured, nil
}

// configErrors is one *ConfigError, or several joined in the file's order.
func configErrors(path string, mistakes []mistake) error {
	slices.SortStableFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	var errs []error
	for _, m := range mistakes {
		errs = append(errs, &ConfigError{path, m.line, m.column, m.message})
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// CheckConfig reads the text of a stresstester.toml and returns every mistake in
// its form: a *ConfigError, or several joined, or nil. Whether the files it names
// exist is found out by Open only.
func CheckConfig(path string, data []byte) error {
	if _, mistakes := parseConfig(data, ""); len(mistakes) > 0 {
		return configErrors(path, mistakes)
	}
	return nil
}

// parseConfig reads the whole document, so that a mistake in another problem's
// table shows too, and keeps what holds for the named problem.
func parseConfig(data []byte, name string) (*config, []mistake) {
	doc, err := parseDocument(data)
	if err != nil {
		var syntax *syntaxError
		if errors.As(err, &syntax) {
			return nil, []mistake{{syntax.place, syntax.message}}
		}
		return nil, []mistake{{message: err.Error()}}
	}
	c, mistakes := &config{languages: map[string]languages.Override{}}, []mistake{}
	top := &section{doc: doc, table: doc.root, mistakes: &mistakes, hints: wordsPeopleTry}
	c.readProblem(top)
	if problems := top.sub("problem"); problems != nil {
		for _, other := range problems.names() {
			into := c
			if other != name {
				into = &config{languages: map[string]languages.Override{}}
			}
			if s := problems.sub(other); s != nil {
				into.readProblem(s)
				s.end()
			}
		}
	}
	top.end()
	return c, mistakes
}

// readProblem reads the keys that the top level and a problem's table share.
func (c *config) readProblem(s *section) {
	settings := readSettings(s)
	if _, err := settings.Apply(Defaults()); err != nil {
		s.wrongSetting(err)
	}
	for role, name := range settings.Roles() {
		c.files = append(c.files, configuredFile{role, placedText{name, s.doc.at(join(s.path, flagOf(role)))}})
	}
	for i, dir := range s.strings("include") {
		c.include = append(c.include, placedText{dir, s.doc.at(join(join(s.path, "include"), strconv.Itoa(i)))})
	}
	if interactive := s.bool("interactive"); interactive != nil {
		c.interactive = interactive
	}
	c.levels = append(c.levels, level{settings, readLimits(s.sub("limits"))})
	c.readLanguages(s.sub("languages"))
}

func readSettings(s *section) Settings {
	return Settings{
		Brute: s.string("brute"), Gen: s.string("gen"), Spec: s.string("spec"),
		Checker: s.string("checker"), Validator: s.string("validator"), Interactor: s.string("interactor"),
		GenArgs: s.string("gen_args"), Compare: s.string("compare"),
		Tests: s.int("tests"), Time: s.duration("time"), Seed: s.uint("seed"), Jobs: s.int("jobs"),
		TimeLimit: s.duration("time_limit"), MemoryLimit: s.size("memory_limit"), OutputLimit: s.size("output_limit"),
		KeepGoing: s.int("keep_going"),
		NoShrink:  s.bool("no_shrink"), NoExplain: s.bool("no_explain"), NoSave: s.bool("no_save"), FreshExec: s.bool("fresh_exec"),
	}
}

func (s *section) wrongSetting(err error) {
	var setting *SettingError
	if errors.As(err, &setting) {
		s.wrongValue(setting.Key, "%s", setting.Message)
	}
}

// readLimits reads [limits.ROLE] tables.
func readLimits(s *section) map[problem.Role]limitSettings {
	if s == nil {
		return nil
	}
	limits := map[problem.Role]limitSettings{}
	for _, role := range problem.Roles() {
		if role == problem.Spec {
			continue
		}
		table := s.sub(flagOf(role))
		if table == nil {
			continue
		}
		l := limitSettings{table.duration("time_limit"), table.size("memory_limit"), table.size("output_limit")}
		if _, err := l.apply(role, Defaults()); err != nil {
			table.wrongSetting(err)
		}
		table.end()
		limits[role] = l
	}
	s.end()
	return limits
}

// take applies the configuration to the room.
func (r *Room) take(files Files, c *config) (roleFiles, []mistake) {
	var mistakes []mistake
	for _, l := range c.levels {
		r.Options, _ = l.Apply(r.Options) // parseConfig has found it right
		for role, limits := range l.limits {
			r.Options, _ = limits.apply(role, r.Options)
		}
	}
	set(&r.Interactive, c.interactive)
	if len(c.languages) > 0 {
		table, err := languages.Default().With(c.languages)
		if err != nil {
			return nil, []mistake{{message: err.Error()}}
		}
		r.Languages = table
	}
	for _, dir := range c.include {
		r.Include = append(r.Include, r.inDir(dir.text))
		if _, err := files.ReadDir(r.inDir(dir.text)); err != nil {
			mistakes = append(mistakes, mistake{dir.at, "include: folder " + ShowName(dir.text) + ": " + plain(err)})
		}
	}
	configured := roleFiles{}
	for _, f := range c.files {
		configured[f.role] = ""
		if f.text == "" {
			continue
		}
		configured[f.role] = r.inDir(f.text)
		if !r.exists(files, r.inDir(f.text)) {
			mistakes = append(mistakes, mistake{f.at, flagOf(f.role) + ": " + r.absent(files, f.role, r.inDir(f.text))})
		}
	}
	return configured, mistakes
}

func (r *Room) exists(files Files, path string) bool {
	names, err := files.ReadDir(filepath.Dir(path))
	return err == nil && slices.Contains(names, filepath.Base(path))
}

// inDir is a path of stresstester.toml: with slashes, relative to its folder.
func (r *Room) inDir(path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(r.Dir, strings.TrimSuffix(path, string(filepath.Separator)))
}
