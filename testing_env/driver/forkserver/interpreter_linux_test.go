package forkserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestScriptsOfPerlAndPHPAreFoundBehindTheOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, argv string
		// script is what is served; refused means that nothing can be.
		options, script string
		refused         bool
	}{
		{"a plain script", "/usr/bin/perl s.pl", "", "s.pl", false},
		{"with arguments", "/usr/bin/perl s.pl -e 1", "", "s.pl", false},
		{"with a version", "/usr/bin/perl5.36 -w s.pl", "-w", "s.pl", false},
		{"a folder of modules, which is no option of its own", "/usr/bin/perl -I/p -I/q s.pl", "-I/p -I/q", "s.pl", false},
		{"a program on the command line", "/usr/bin/perl -e 1", "", "", true},
		{"the same, as one word", "/usr/bin/perl -e1 s.pl", "", "", true},
		{"a check", "/usr/bin/perl -c s.pl", "", "", true},
		{"no script", "/usr/bin/perl -w", "", "", true},
		{"a script on standard input", "/usr/bin/perl -", "", "", true},
		{"PHP with settings", "/usr/bin/php -d a=b -d c=d s.php 3", "-d a=b -d c=d", "s.php", false},
		{"PHP with a version", "/usr/bin/php8.2 s.php", "", "s.php", false},
		{"PHP with code", "/usr/bin/php -r echo", "", "", true},
		{"PHP with a setting for no script", "/usr/bin/php -d a=b", "", "", true},
		{"a setting without a value", "/usr/bin/php -d", "", "", true},
		{"nothing", "", "", "", true},
		{"something else", "/usr/bin/lua s.lua", "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plain := strings.Fields(tt.argv)
			before := slices.Clone(plain)
			cfg, err := Interpreted(Config{Argv: plain})
			if (err != nil) != tt.refused {
				t.Fatalf("%v", err)
			}
			if !slices.Equal(plain, before) {
				t.Errorf("the command given has become %q", plain)
			}
			if tt.refused {
				return
			}
			options := strings.Fields(tt.options)
			if got := cfg.Argv[1 : 1+len(options)]; !slices.Equal(got, options) {
				t.Errorf("the options are %q", got)
			}
			if got := cfg.Argv[len(cfg.Argv)-1]; got != tt.script {
				t.Errorf("the script is %q", got)
			}
			if cfg.Stop != AtLink || !slices.Equal(cfg.runArgv, plain) || plain[cfg.skip] != tt.script {
				t.Errorf("it stops at %v, and runs %q without %d words", cfg.Stop, cfg.runArgv, cfg.skip)
			}
		})
	}
}

// scripts are programs in Perl and PHP; each must behave as a plain execution does, run
// after run.
var scripts = map[string]map[string]string{
	"perl": {
		"sums its input":              `my ($n, @a) = map { split } <STDIN>; my $s = 0; $s += $_ for @a; print "$s @ARGV $0 $ENV{A}\n";`,
		"keeps nothing":               `our $runs; $runs++; my %h = map { $_ => 1 } 1..100; $ENV{B} .= "x"; print "$runs $ENV{B} ", scalar(keys %h), "\n"; $SIG{USR1} = sub {};`,
		"uses modules":                "use strict; use warnings; use List::Util qw(sum max); my @a = map { split } <>; print sum(@a), ' ', max(@a), \"\\n\";",
		"dies":                        `print "before\n"; die "at the end\n";`,
		"exits in the middle":         `print "a\n"; exit 3 if <STDIN> =~ /5/; print "b\n";`,
		"has an end":                  `END { print "end\n" } print "begin\n";`,
		"does not compile":            `print (;`,
		"tells its own line and name": "\n\nwarn 'here'; print __FILE__ eq $0 ? 1 : 0, __LINE__, \"\\n\";",
		"reads its arguments":         `print join("|", @ARGV), "\n";`,
	},
	"php": {
		"sums its input":      `<?php $a = preg_split('/\s+/', trim(stream_get_contents(STDIN))); array_shift($a); echo array_sum($a), " ", implode(" ", array_slice($argv, 1)), " ", getenv("A"), "\n";`,
		"keeps nothing":       `<?php class K { static $runs = 0; } function f() { static $n = 0; return ++$n; } define("X", 1); putenv("B=" . getenv("B") . "x"); echo ++K::$runs, f(), getenv("B"), "\n";`,
		"throws":              `<?php echo "before\n"; throw new Exception("at the end");`,
		"exits in the middle": `<?php echo "a\n"; if (fgets(STDIN) == 5) exit(3); echo "b\n";`,
		"has an end":          `<?php register_shutdown_function(function () { echo "end\n"; }); echo "begin\n";`,
		"does not compile":    `<?php echo (;`,
	},
}

func TestScriptsOfPerlAndPHPBehaveAsExecuted(t *testing.T) {
	t.Parallel()
	shimPath(t)
	for interpreter, all := range scripts {
		path, err := exec.LookPath(interpreter)
		if err == nil {
			path, err = filepath.EvalSymlinks(path)
		}
		if err != nil {
			t.Logf("there is no %s", interpreter)
			continue
		}
		for name, text := range all {
			t.Run(interpreter+" "+name, func(t *testing.T) {
				t.Parallel()
				script := filepath.Join(t.TempDir(), "script")
				if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				scriptBehaves(t, []string{path, script})
			})
		}
	}
}

func scriptBehaves(t *testing.T, plain []string) {
	env := []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PERL_HASH_SEED=0", "A=b"}
	inputs := [2]string{"5\n1 2 3 4 5\n", "3\n10 -20 30\n"}
	var want [2]result
	c := newConsole(t)
	args := func(run int) []string { return append(slices.Clone(plain), "first", fmt.Sprint(run%2)) }
	for i, input := range inputs {
		want[i] = c.plain(t, args(i), env, input)
	}
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		cfg, err := Interpreted(Config{Mode: mode, Argv: plain, Env: env, Files: c.files()})
		if err != nil {
			t.Fatal(err)
		}
		s := serve(t, cfg)
		for run := range 20 {
			got, _ := c.run(t, s, Request{Args: args(run)}, inputs[run%2])
			if got.Status != 0 && want[run%2].Status != 0 {
				continue // what goes wrong is executed again, for its messages
			}
			if got != want[run%2] {
				t.Fatalf("run %d differs from a plain execution\n== got %v== want %v", run, got, want[run%2])
			}
		}
	})
}
