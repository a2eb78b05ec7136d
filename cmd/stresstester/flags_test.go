package main

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// settings are what the flags come to.
func settings(args ...string) (room.Settings, error) {
	var s room.Settings
	fs := pflag.NewFlagSet("run", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	addSettings(fs, &s)
	return s, fs.Parse(args)
}

func TestFlagsThatAreNotGivenChangeNothing(t *testing.T) {
	t.Parallel()
	s, err := settings()
	if err != nil || s != (room.Settings{}) {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestFlagsBecomeOptions(t *testing.T) {
	t.Parallel()
	s, err := settings("--gen-args", "10 [5..100]", "--compare", "float=1e-9", "--tests=0", "--time", "1m", "--seed", "18446744073709551615",
		"--jobs", "3", "--time-limit", "500ms", "--memory-limit", "1G", "--output-limit", "1MiB", "--keep-going", "4",
		"--no-shrink", "--no-explain", "--no-save", "--fresh-exec", "--brute", "b.py", "--checker", "")
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Apply(room.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	l := o.Limits[problem.Tested]
	if o.GenArgs != "10 [5..100]" || o.Compare.Epsilon != 1e-9 || o.Tests != 0 || o.Duration != time.Minute || o.Seed != 18446744073709551615 ||
		o.Jobs != 3 || l.Time != 500*time.Millisecond || l.Memory != 1<<30 || l.Output != 1<<20 || o.KeepGoing != 4 ||
		!o.NoShrink || !o.NoExplain || !o.NoSave || !o.FreshExec {
		t.Errorf("got %+v", o)
	}
	roles := s.Roles()
	if checker, named := roles[problem.Checker]; roles[problem.Brute] != "b.py" || !named || checker != "" || len(roles) != 2 {
		t.Errorf("roles %q", roles)
	}
}

func FuzzFlagsAreTakenOrRefused(f *testing.F) {
	f.Add("gen-args", "10 [5..100] 'a b'")
	f.Add("gen-args", "[-9223372036854775808..9223372036854775807]")
	f.Add("compare", "float=1e-6")
	f.Add("tests", "0")
	f.Add("time-limit", "1.5")
	f.Add("memory-limit", "1.5G")
	f.Add("seed", "-1")
	f.Add("no-save", "maybe")
	f.Fuzz(func(t *testing.T, name, value string) {
		s, err := settings("--" + name + "=" + value)
		if err != nil {
			return
		}
		_, err = s.Apply(room.Defaults())
		var wrong *room.SettingError
		if err != nil && (!errors.As(err, &wrong) || wrong.Message == "") {
			t.Errorf("--%s=%q: %v", name, value, err)
		}
	})
}
