package room

import (
	"errors"
	"fmt"
	"path/filepath"

	"stresstester/core/problem"
)

// maxSaved bounds the saved tests that one job carries, in bytes. Frames to the
// sandbox are limited, and text grows by a third there.
const maxSaved = 96 << 20

// Job takes the snapshot that a run works on: sources, includes, recipes and
// saved tests. An error about one of the sources is a *SourceError. What Job
// leaves out is told by Snapshot.
func (r *Room) Job(files Files, o problem.Options) (problem.Job, error) {
	job, _, err := r.Snapshot(files, o)
	return job, err
}

// Snapshot is Job with sentences for people about what did not come along.
func (r *Room) Snapshot(files Files, o problem.Options) (job problem.Job, warnings []string, err error) {
	job.Options = o
	for _, role := range problem.Roles() {
		path, ok := r.Roles[role]
		if !ok {
			continue
		}
		program, notes, err := r.program(files, role, path)
		if err != nil {
			return problem.Job{}, nil, err
		}
		job.Programs = append(job.Programs, program)
		warnings = append(warnings, notes...)
	}
	saved, notes, err := r.Store().List(files)
	if err != nil {
		notes = append(notes, "the saved tests are left out: "+plain(err))
	}
	warnings = append(warnings, notes...)
	job.Saved, notes = bounded(saved)
	return job, append(warnings, notes...), nil
}

// bounded keeps as many tests as a job carries.
func bounded(saved []problem.Test) (kept []problem.Test, warnings []string) {
	size := 0
	for i, test := range saved {
		size += len(test.Input) + len(test.Answer)
		if size > maxSaved {
			return saved[:i], []string{fmt.Sprintf("the saved tests are larger than %d MiB together; those from %s on are left out.", maxSaved>>20, ShowName(test.Name))}
		}
	}
	return saved, nil
}

func (r *Room) program(files Files, role problem.Role, path string) (problem.Program, []string, error) {
	p := problem.Program{Role: role, Name: filepath.Base(path), Path: path}
	wrong := func(format string, args ...any) (problem.Program, []string, error) {
		text := role.Title() + " " + ShowName(r.display(path)) + " " + fmt.Sprintf(format, args...)
		return p, nil, &SourceError{Role: role, Path: path, Message: text}
	}
	data, err := files.ReadFile(path)
	if err == nil && len(data) > MaxSource {
		err = &TooLargeError{int64(len(data)), MaxSource}
	}
	var large *TooLargeError
	if errors.As(err, &large) {
		return wrong("is too large: %s.", &TooLargeError{large.Size, MaxSource})
	}
	if err != nil {
		return wrong("cannot be read: %s.", plain(err))
	}
	if text := textProblem(data); text != "" {
		return wrong("%s", text)
	}
	p.Source = data
	if role == problem.Spec {
		return p, nil, nil
	}
	language, ok := r.Languages.ForSource(p.Name, data)
	if !ok {
		return p, nil, r.checkLanguage(role, path)
	}
	if p.Recipe, err = language.Recipe(&p); err != nil {
		return wrong("cannot be built: %v", err)
	}
	in := includer{files: files, roots: append([]string{filepath.Dir(path)}, r.Include...), language: language}
	in.collect(&p)
	p.Includes = in.includes
	return p, in.warnings, nil
}
