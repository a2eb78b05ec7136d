package command

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// recorder is Handlers that remember their parameters. Commands that a test does
// not expect panic, because the embedded interface is nil.
type recorder struct {
	Handlers
	ran RunParams
}

func (r *recorder) Run(_ context.Context, p RunParams) (RunResult, error) {
	r.ran = p
	return RunResult{Run: "1"}, nil
}

func (r *recorder) Runs(context.Context, RunsParams) (RunsResult, error) {
	return RunsResult{Runs: []RunInfo{{Run: "1", URI: "file:///sol.cpp", State: problem.Done, Verdict: problem.OK, Tests: 500, TestsPerSecond: 3120.5}}}, nil
}

func dispatch(h Handlers, name string, arguments ...string) (string, error) {
	var raw [][]byte
	for _, a := range arguments {
		raw = append(raw, []byte(a))
	}
	result, err := Dispatch(context.Background(), h, name, raw)
	return string(result), err
}

func TestRunTakesTheContractsParameters(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	result, err := dispatch(r, Run, `{"uri":"file:///sol.cpp","options":{"tests":500,"seed":7}}`)
	if err != nil || result != `{"run":"1"}` {
		t.Fatalf("got %s, %v", result, err)
	}
	if r.ran.URI != "file:///sol.cpp" || *r.ran.Options.Tests != 500 || *r.ran.Options.Seed != 7 {
		t.Errorf("got %+v", r.ran)
	}
}

func TestResultsHaveTheContractsShape(t *testing.T) {
	t.Parallel()
	got, err := dispatch(&recorder{}, Runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`{"runs":[{"run":"1","uri":"file:///sol.cpp","state":"done","verdict":"OK","tests":500,"tests_per_second":3120.5`} {
		if !strings.HasPrefix(got, part) {
			t.Errorf("got %s, want it to begin with %s", got, part)
		}
	}
}

func TestOptionsAreTheCommandLinesFlags(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options string
		want    func(*problem.Options)
	}{
		"nothing":                {`{}`, func(*problem.Options) {}},
		"null":                   {`null`, func(*problem.Options) {}},
		"a number of tests":      {`{"tests":5}`, func(o *problem.Options) { o.Tests = 5 }},
		"a number as a string":   {`{"tests":"5"}`, func(o *problem.Options) { o.Tests = 5 }},
		"no limit of tests":      {`{"tests":0}`, func(o *problem.Options) { o.Tests = 0 }},
		"the largest seed":       {`{"seed":18446744073709551615}`, func(o *problem.Options) { o.Seed = 1<<64 - 1 }},
		"a duration with a unit": {`{"time":"1m30s"}`, func(o *problem.Options) { o.Duration = 90 * time.Second }},
		"a duration in seconds":  {`{"time":1.5}`, func(o *problem.Options) { o.Duration = 1500 * time.Millisecond }},
		"a truth value":          {`{"no_shrink":true}`, func(o *problem.Options) { o.NoShrink = true }},
		"a quoted truth value":   {`{"no_shrink":"true"}`, func(o *problem.Options) { o.NoShrink = true }},
		"a comparison":           {`{"compare":"float=1e-6"}`, func(o *problem.Options) { o.Compare = problem.Comparison{Mode: problem.CompareFloat, Epsilon: 1e-6} }},
		"a memory limit": {`{"memory_limit":"64M"}`, func(o *problem.Options) {
			o.Limits = map[problem.Role]problem.Limits{problem.Tested: {Memory: 64 << 20}}
		}},
		"a memory limit in bytes": {`{"memory_limit":67108864}`, func(o *problem.Options) {
			o.Limits = map[problem.Role]problem.Limits{problem.Tested: {Memory: 64 << 20}}
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o Options
			if err := json.Unmarshal([]byte(tt.options), &o); err != nil {
				t.Fatal(err)
			}
			want := room.Defaults()
			tt.want(&want)
			got, err := o.Apply(room.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			if g, w := encode(t, got), encode(t, want); g != w {
				t.Errorf("got %s, want %s", g, w)
			}
		})
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestMistakesNameTheKeyAndSuggest(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name, argument string
		is             error
		says           string
	}{
		"an unknown command":               {"stresstester.ran", `{}`, ErrUnknown, `did you mean "stresstester.run"?`},
		"a command of nobody's":            {"editor.fold", `{}`, ErrUnknown, "the commands are stresstester.run, "},
		"an unknown parameter":             {Run, `{"url":"x"}`, ErrParams, `parameter "url" is not known; did you mean "uri"?`},
		"an unknown option":                {Run, `{"options":{"sed":1}}`, ErrParams, `option "sed" is not known; did you mean "seed"?`},
		"a flag as it is written there":    {Run, `{"options":{"time-limit":1}}`, ErrParams, `did you mean "time_limit"?`},
		"an option like no other":          {Run, `{"options":{"qqqqqqqqqqq":1}}`, ErrParams, "the options are brute, gen, "},
		"an option of another type":        {Run, `{"options":{"tests":[1]}}`, ErrParams, `option "tests": [1] is not a whole number`},
		"a negative seed":                  {Run, `{"options":{"seed":-1}}`, ErrParams, `option "seed": -1 is not a whole number of 0 or more`},
		"a duration that is none":          {Run, `{"options":{"time":"soon"}}`, ErrParams, `option "time": "soon" is not a duration`},
		"an image":                         {Run, `{"options":{"image":"x"}}`, ErrParams, "chosen when the server starts"},
		"an array for an object":           {Run, `[1]`, ErrParams, "a JSON object is needed, not [1]"},
		"options that are no object":       {Run, `{"options":7}`, ErrParams, "a JSON object is needed, not 7"},
		"a very long value is cut":         {Run, `"` + strings.Repeat("x", 1000) + `"`, ErrParams, "…"},
		"an unknown parameter of a list":   {Runs, `{"url":"x"}`, ErrParams, `parameter "url" is not known`},
		"a role that is a number":          {CreateFiles, `{"roles":[1]}`, ErrParams, `parameter "roles"`},
		"a failure that is not a number":   {OpenCounterexample, `{"failure":"first"}`, ErrParams, `parameter "failure": "first" is not a whole number`},
		"a text where a file is named":     {Run, `{"options":{"brute":5}}`, ErrParams, `option "brute": 5 is not a string`},
		"a number where the document goes": {Run, `{"uri":5}`, ErrParams, `parameter "uri": 5 is not a string`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := dispatch(&recorder{}, tt.name, tt.argument)
			if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) || len(err.Error()) > 900 {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
	t.Run("two arguments", func(t *testing.T) {
		t.Parallel()
		if _, err := dispatch(&recorder{}, Run, `{}`, `{}`); !errors.Is(err, ErrParams) {
			t.Errorf("got %v", err)
		}
	})
}

func TestEveryOptionIsDocumented(t *testing.T) {
	t.Parallel()
	docs := optionDocs()
	for _, name := range fieldNames(optionFields()) {
		if docs[name] == "" {
			t.Errorf("option %q has no description in optionDocs", name)
		}
		delete(docs, name)
	}
	for name := range docs {
		t.Errorf("option %q is described but does not exist", name)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		if c.Title == "" || !strings.HasSuffix(c.Doc, ".") {
			t.Errorf("%s has no title or description", c.Name)
		}
		for _, f := range slices.Concat(jsonFields(c.params), jsonFields(c.result)) {
			if f.field.Tag.Get("doc") == "" {
				t.Errorf("%s: field %q has no doc tag", c.Name, f.name)
			}
		}
	}
}

func FuzzDispatch(f *testing.F) {
	f.Add(Run, `{"uri":"x","options":{"tests":"5"}}`)
	f.Add(Run, `{"options":{"seed":1e30}}`)
	f.Add("", `{"":{}}`)
	f.Fuzz(func(t *testing.T, name, argument string) {
		if name != Run && name != Runs {
			name = Run
		}
		result, err := dispatch(&recorder{}, name, argument)
		if err == nil && !json.Valid([]byte(result)) {
			t.Errorf("%s %s returned %s", name, argument, result)
		}
	})
}
