package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scene is a set of programs that agree with each other.
type scene struct {
	key   string // for make bench ONLY=…
	name  string
	files map[string]string // name in the problem's folder: file below programs/, with ":MS" for burn.cpp
	// tested is the tested program's name.
	tested string
}

func scenes() []scene {
	cpp := map[string]string{"sol.cpp": "sol.cpp", "brute.cpp": "brute.cpp", "gen.cpp": "gen.cpp"}
	with := func(base map[string]string, more ...string) map[string]string {
		files := map[string]string{}
		for k, v := range base {
			files[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	burn := func(ms string) map[string]string {
		return map[string]string{"sol.cpp": "burn.cpp:" + ms, "brute.cpp": "burn.cpp:0", "gen.cpp": "gen.cpp"}
	}
	return []scene{
		{"three-cpp", "three C++ programs", cpp, "sol.cpp"},
		{"cpp-checker", "three C++ programs and a C++ checker", with(cpp, "checker.cpp", "checker.cpp"), "sol.cpp"},
		{"python-brute", "C++, Python brute force", map[string]string{"sol.cpp": "sol.cpp", "brute.py": "brute.py", "gen.cpp": "gen.cpp"}, "sol.cpp"},
		{"python-gen-brute", "C++, Python generator and brute force", map[string]string{"sol.cpp": "sol.cpp", "brute.py": "brute.py", "gen.py": "gen.py"}, "sol.cpp"},
		{"three-python", "three Python programs", map[string]string{"sol.py": "sol.py", "brute.py": "brute.py", "gen.py": "gen.py"}, "sol.py"},
		{"java-brute", "C++, Java brute force", map[string]string{"sol.cpp": "sol.cpp", "brute.java": "Brute.java", "gen.cpp": "gen.cpp"}, "sol.cpp"},
		{"megabyte", "input of a megabyte", map[string]string{"sol.cpp": "sum.cpp", "brute.cpp": "sum.cpp", "gen.cpp": "gen_big.cpp"}, "sol.cpp"},
		{"memory", "megabytes of globals, heap and trees", map[string]string{"sol.cpp": "memory.cpp", "brute.cpp": "memory.cpp", "gen.cpp": "gen.cpp"}, "sol.cpp"},
		{"1ms", "a tested program of 1 ms", burn("1"), "sol.cpp"},
		{"10ms", "a tested program of 10 ms", burn("10"), "sol.cpp"},
		{"100ms", "a tested program of 100 ms", burn("100"), "sol.cpp"},
	}
}

// burnBoth is the scene of a tested program and a brute force that take as long.
func burnBoth(ms string) scene {
	return scene{"both " + ms + "ms", "a tested program and a brute force of " + ms + " ms each",
		map[string]string{"sol.cpp": "burn.cpp:" + ms, "brute.cpp": "burn.cpp:" + ms, "gen.cpp": "gen.cpp"}, "sol.cpp"}
}

// source is the text of one of the scene's programs.
func source(tb testing.TB, from string) []byte {
	tb.Helper()
	name, ms, burns := strings.Cut(from, ":")
	data, err := os.ReadFile(filepath.Join("programs", name))
	if err != nil {
		tb.Fatal(err)
	}
	if burns {
		data = append(fmt.Appendf(nil, "#define BURN_MS %s\n", ms), data...)
	}
	return data
}

// layOut writes the scene's programs into a folder and returns the tested one's
// path.
func (s scene) layOut(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	for name, from := range s.files {
		if err := os.WriteFile(filepath.Join(dir, name), source(tb, from), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return filepath.Join(dir, s.tested)
}

// shell is the script of the loop that everybody writes, on the scene's programs.
func (s scene) shell(tb testing.TB) string {
	tb.Helper()
	var b strings.Builder
	b.WriteString("set -e\ncd /t\n")
	run := map[string]string{}
	for name, from := range s.files {
		fmt.Fprintf(&b, "cat >%s <<'END_OF_FILE'\n%s\nEND_OF_FILE\n", name, source(tb, from))
		role, extension, _ := strings.Cut(name, ".")
		switch extension {
		case "cpp":
			fmt.Fprintf(&b, "g++ -O2 -std=gnu++20 -o %s %s\n", role, name)
			run[role] = "./" + role
		case "py":
			run[role] = "python3 " + name
		case "java":
			fmt.Fprintf(&b, "cp %s Brute.java; javac Brute.java\n", name)
			run[role] = "java -cp . Brute"
		}
	}
	compare := "diff -w a b >/dev/null"
	if run["checker"] != "" {
		compare = "./checker in b a"
	}
	b.WriteString(loop(run["gen"], run["brute"], run["sol"], compare, round))
	return b.String()
}
