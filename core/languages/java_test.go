package languages

import "testing"

func TestJavaClasses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source, file, main string
	}{
		{"a public class with main", "public class Main { public static void main(String[] a) {} }", "Main", "Main"},
		{"another name", "import java.util.*;\npublic final class Solution { public static void main(String... a) {} }", "Solution", "Solution"},
		{"no public class: the one with main",
			"class Helper { static int main(int x) { return x; } }\nclass Program { static public void main(String[] a) {} }", "Program", "Program"},
		{"main is not in the public class",
			"public class Point { int x; }\nclass Run { public static void main(String[] a) {} }", "Point", "Run"},
		{"two mains: that of the public class",
			"class A { public static void main(String[] a) {} }\npublic class B { public static void main(String[] a) {} }", "B", "B"},
		{"main of a nested class is not the program's",
			"class Outer { static class Inner { public static void main(String[] a) {} } }", "Outer", "Outer"},
		{"a method that calls main", "class A { void f() { main(null); } }\nclass B { public static void main(String[] a) {} }", "B", "B"},
		{"main that is not static", "class A { void main() {} }\nclass B { public static void main(String[] a) {} }", "B", "B"},
		{"a package", "package org.example.contest;\npublic class Main { public static void main(String[] a) {} }", "Main", "org.example.contest.Main"},
		{"a package with a comment in it", "/* x */ package a /* y */ . b;\nclass C { public static void main(String[] a) {} }", "C", "a.b.C"},
		{"comments and strings that look like classes",
			"// public class A {}\n/* public class B {} */\nclass C { String s = \"public class D {\"; char c = '{'; char q = '\"';\n" +
				"String t = \"\"\"\n public class E { \" } \"\"\"; public static void main(String[] a) {} }", "C", "C"},
		{"annotations with classes and braces",
			"@SuppressWarnings({\"a\", \"b\"}) @Uses(Other.class) public class Main { public static void main(String[] a) {} }", "Main", "Main"},
		{"an interface, an enum and a record before it",
			"interface I { int f(); }\nenum E { A, B }\nrecord R(int x) {}\npublic class M { public static void main(String[] a) {} }", "M", "M"},
		{"main in an enum", "public enum E { ; public static void main(String[] a) {} }", "E", "E"},
		{"main in a record", "record R(int x) { public static void main(String[] a) {} }", "R", "R"},
		{"generic types", "public class Main<T extends Comparable<T>> { public static void main(String[] a) {} }", "Main", "Main"},
		{"names beyond ASCII", "public class Größe { public static void main(String[] a) {} }", "Größe", "Größe"},
		{"numbers with letters", "class A { long x = 0xFFL, y = 1class; }", "A", "A"},
		{"a class that is not closed", "public class Main { public static void main(String[] a) {", "Main", "Main"},
		{"a string that is not closed", "class A { String s = \"abc;\n public static void main(String[] a) {} }", "A", "A"},
		{"too many braces closed", "} } public class Main { public static void main(String[] a) {} }", "Main", "Main"},
		{"no class at all", "void main() {}", "Main", "Main"},
		{"nothing", "", "Main", "Main"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file, main := javaClasses([]byte(tt.source))
			if file != tt.file || main != tt.main {
				t.Errorf("got file %q and main %q, want %q and %q", file, main, tt.file, tt.main)
			}
		})
	}
}

func FuzzJavaClasses(f *testing.F) {
	f.Add([]byte("package a.b; public class Main { static void main(String[] a) { \"\"\" x \"\"\" } }"))
	f.Add([]byte("'\\"))
	f.Add([]byte("class \xff"))
	f.Fuzz(func(t *testing.T, source []byte) {
		file, main := javaClasses(source)
		if !isJavaName(file) || !isJavaName(main) {
			t.Errorf("file %q, main %q", file, main)
		}
		for _, r := range file {
			if awkward(r) && r != '$' {
				t.Errorf("file %q cannot be used", file)
			}
		}
	})
}
