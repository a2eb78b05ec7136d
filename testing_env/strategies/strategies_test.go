// Package strategies tests, in the real sandbox, which way of running a program is
// chosen, and that a way that changes what a program does is dropped.
package strategies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/core/stress"
	"stresstester/testing_env/arena"
)

const (
	echoPython = "print(input())\n"
	seedPython = "import sys\nprint(sys.argv[-1])\n"
	echoCpp    = "#include <iostream>\nint main() { long long n; std::cin >> n; %s std::cout << n << '\\n'; }\n"
)

func cpp(includes, body string) string {
	return includes + strings.Replace(echoCpp, "%s", body, 1)
}

// java is a program that prints the number it reads, after the body, with members
// beside main.
func java(body string, members ...string) string {
	return "public class Main { static java.util.Scanner in = new java.util.Scanner(System.in); " + strings.Join(members, " ") +
		" public static void main(String[] a) throws Exception { long n = in.nextLong(); " + body + " System.out.println(n); } }\n"
}

func warm(t *testing.T) *sandbox.Warm {
	t.Helper()
	return arena.Open(t, docker.Options{}).Warm()
}

func run(t *testing.T, sb stress.Sandbox, files map[string]string, o problem.Options) problem.Result {
	t.Helper()
	dir := t.TempDir()
	tested := ""
	for name, text := range files {
		if strings.HasPrefix(name, "sol.") {
			tested = filepath.Join(dir, name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := room.Open(room.Disk{}, tested, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.NoSave, o.NoShrink, o.Seed = true, true, 1
	result, err := stress.Execute(t.Context(), sb, r, room.Disk{}, o, sandbox.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestTheFastestWayThatSuitsEachProgramIsChosen(t *testing.T) {
	sb := warm(t)
	tests := []struct {
		name, file, text string
		want             string // beginning of the strategy
	}{
		{"a plain C++ program", "sol.cpp", cpp("", ""), "snapshot:"},
		{"a plain C program", "sol.c", "#include <stdio.h>\nint main() { long n; scanf(\"%ld\", &n); printf(\"%ld\\n\", n); }\n", "snapshot:"},
		{"megabytes of globals, heap and trees", "sol.cpp", cpp("#include <map>\n#include <vector>\nstatic long long table[1 << 20];\n",
			"for (long long i = 0; i < (1 << 20); i++) table[i] = i ^ n; std::map<int, int> m; for (int i = 0; i < 1000; i++) m[i * 7 % 1000] = i;"+
				"std::vector<int> v(1 << 18, 1); if (table[5] + v[3] + m[4] == -1) n++;"), "snapshot:"},
		{"Python", "sol.py", echoPython, "snapshot:"},
		{"Java", "sol.java", java(""), "warm process:"},
		{"Java with static state, lambdas, records and text in blocks", "sol.java", java("seen.add(n); if (seen.size() != 1) n = -1;"+
			" java.util.function.LongUnaryOperator same = x -> x; n = same.applyAsLong(new P(n).v()); String.format(\"%d %s\", n, \"a\" + n);",
			"static java.util.Set<Long> seen = new java.util.HashSet<>(); record P(long v) {}"), "warm process:"},
		{"Java that solves in a thread with a large stack", "sol.java", "public class Main implements Runnable { public void run() {" +
			" System.out.println(new java.util.Scanner(System.in).nextLong()); }" +
			" public static void main(String[] a) { new Thread(null, new Main(), \"\", 1 << 28).start(); } }", "warm process:"},
		{"Java that closes its streams", "sol.java", java("in.close(); try (var out = new java.io.PrintWriter(System.out)) { out.println(n); } System.out.close();" +
			" if (n != 0) return;"), "warm process:"},
		{"Java that uses the descriptors themselves", "sol.java", "import java.io.*; public class Main { public static void main(String[] a) throws IOException {" +
			" var in = new FileInputStream(FileDescriptor.in); var out = new FileOutputStream(FileDescriptor.out); in.transferTo(out); out.write(10); out.close(); in.close(); } }", "warm process:"},
		{"Java that replaces its streams", "sol.java", java("System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true));" +
			" System.setIn(null); java.util.Locale.setDefault(java.util.Locale.FRANCE);"), "warm process:"},
		{"Java that ends by System.exit", "sol.java", java("System.out.println(n); System.exit(0);"), "warm process:"},
		{"Java that ends by System.exit where a handler could see it", "sol.java", java("System.out.println(n);" +
			" try { System.exit(0); } finally { System.out.println(\"never\"); }"), "warm process:"},
		{"Java that ends by System.exit in another thread", "sol.java", java("long m = n; Thread t = new Thread(() -> { System.out.println(m); System.exit(0); });" +
			" t.start(); t.join();"), "exec: it leaves threads behind"},
		{"Java that ends by System.exit in its only thread left", "sol.java", java("long m = n; new Thread(() -> { System.out.println(m); System.exit(0); }).start(); if (n == m) return;"), "warm process:"},
		{"Java that works in threads", "sol.java", java("var pool = java.util.concurrent.Executors.newFixedThreadPool(3); long m = n;" +
			" n = pool.submit(() -> m).get(); pool.shutdown();"), "warm process:"},
		{"Java that leaves threads behind", "sol.java", java("Thread t = new Thread(() -> { while (true) try { Thread.sleep(1000); } catch (Exception e) { } });" +
			" t.setDaemon(true); t.start();"), "exec: it leaves threads behind"},
		{"Java with parallel streams", "sol.java", java("n = java.util.stream.LongStream.of(n, 0, 0, 0, 0, 0, 0, 0).parallel().sum();"), "exec: it leaves threads behind"},
		{"Java that sets properties", "sol.java", java("System.setProperty(\"java.util.Arrays.useLegacyMergeSort\", \"true\");"),
			"exec: it uses java.lang.System.setProperty"},
		{"Java with reflection", "sol.java", java("Main.class.getDeclaredField(\"in\").setAccessible(true);"), "exec: it uses java.lang."},
		{"Java with Unsafe", "sol.java", java("var f = sun.misc.Unsafe.class.getDeclaredField(\"theUnsafe\"); f.setAccessible(true);" +
			" ((sun.misc.Unsafe) f.get(null)).allocateMemory(64);"), "exec: it uses "},
		{"Java with a shutdown hook", "sol.java", java("Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.print(' ')));"),
			"exec: it uses java.lang.Runtime.addShutdownHook"},
		{"Java that halts", "sol.java", java("System.out.println(n); Runtime.getRuntime().halt(0);"), "exec: it uses java.lang.Runtime.halt"},
		{"Java with a finalizer", "sol.java", java("", "protected void finalize() { System.out.print(' '); }"), "exec: it has a finalizer"},
		{"Java whose output depends on addresses", "sol.java", "public class Main { public static void main(String[] a) {" +
			" long n = new java.util.Scanner(System.in).nextLong(); System.out.println(n); System.err.println(new Object()); } }", "warm process:"},
		{"Java as generator", "gen.java", "public class Gen { static int calls; public static void main(String[] a) { System.out.println(Long.parseLong(a[a.length - 1]) + calls++); } }", "warm process:"},
		{"long runs gain nothing", "sol.cpp", cpp("", "for (volatile long i = 0; i < 200000000; i++);"), "exec: its runs take so long"},
		{"what depends on addresses is dropped", "gen.cpp", "#include <cstdio>\n#include <cstdlib>\nint main(int c, char **v) {" +
			" void *p = malloc(1); printf(\"%s\\n\", (unsigned long)p % 65536 > 9 ? v[c - 1] : v[c - 1]); printf(\"%lu\\n\", (unsigned long)&c >> 12); }", "exec: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"sol.py": echoPython, "brute.py": echoPython, "gen.py": seedPython}
			role := problem.Tested
			if strings.HasPrefix(tt.file, "gen.") {
				delete(files, "gen.py")
				role = problem.Generator
			} else {
				delete(files, "sol.py")
			}
			files[tt.file] = tt.text
			r := run(t, sb, files, problem.Options{Tests: 60})
			if r.Verdict != problem.OK || !strings.HasPrefix(r.Strategies[role], tt.want) {
				t.Errorf("got %s (%s), %q; want %q", r.Verdict, r.Message, r.Strategies[role], tt.want)
			}
		})
	}
}

func TestAGeneratorThatSeedsItselfBeforeMainDoesNotRepeatItself(t *testing.T) {
	sb := warm(t)
	generator := `#include <chrono>
#include <iostream>
#include <random>
static std::mt19937_64 rng(std::chrono::steady_clock::now().time_since_epoch().count());
int main() { std::cout << (rng() >> 2) << '\n'; }
`
	r := run(t, sb, map[string]string{"sol.py": echoPython, "brute.py": echoPython, "gen.cpp": generator}, problem.Options{Tests: 500})
	if r.Verdict != problem.OK {
		t.Fatalf("got %s: %s", r.Verdict, r.Message)
	}
	for _, w := range r.Warnings {
		if strings.Contains(w, "different inputs") {
			t.Errorf("it repeats itself: %s", w)
		}
	}
}

func TestEveryWayGivesTheSameResult(t *testing.T) {
	sb := warm(t)
	bodies := map[string]string{
		"state in globals":       "static int runs; if (++runs > 1) n = -1;",
		"a crash":                "if (n == 30) __builtin_trap();",
		"a wrong answer":         "if (n % 41 == 40) n++;",
		"exit in the middle":     "if (n == 7) { std::cout << n << std::endl; exit(0); }",
		"an exception":           "if (n == 23) throw n;",
		"a nonzero exit status":  "if (n == 9) return 3;",
		"changed signal actions": "signal(SIGINT, SIG_IGN); chdir(\"/\"); close(2);",
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"sol.cpp": cpp("#include <csignal>\n#include <cstdlib>\n#include <unistd.h>\n", body), "brute.py": echoPython, "gen.py": seedPython}
			var first problem.Result
			for i, strategy := range []string{"exec", "fork", "snapshot"} {
				r := run(t, sb, files, problem.Options{Tests: 100, Strategy: strategy})
				if i == 0 {
					first = r
					continue
				}
				if r.Verdict != first.Verdict || r.TestNumber != first.TestNumber || r.Message != first.Message {
					t.Errorf("%s: %s; exec: %s", strategy, r.Message, first.Message)
				}
			}
		})
	}
}
