package explain_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

const heapOverflow = `noise of the program itself
=================================================================
==26==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x502000000018 at pc 0x5559d9241374 bp 0x7fff9c8e4a10 sp 0x7fff9c8e4a08
READ of size 4 at 0x502000000018 thread T0
    #0 0x5559d9241373 in f(std::vector<int, std::allocator<int> > const&, int) /w/compiler-0/build/sol.cpp:3
    #1 0x5559d9241820 in main /w/compiler-0/build/sol.cpp:9
    #2 0x7f2973e56ca7  (/lib/x86_64-linux-gnu/libc.so.6+0x29ca7) (BuildId: 93f7)

0x502000000018 is located 0 bytes after 8-byte region [0x502000000010,0x502000000018)
allocated by thread T0 here:
    #0 0x7f2974aae778 in operator new(unsigned long) ../../../../src/libsanitizer/asan/asan_new_delete.cpp:95
    #1 0x5559d9243bc4 in std::__new_allocator<int>::allocate(unsigned long, void const*) /usr/include/c++/14/bits/new_allocator.h:151
    #8 0x5559d9241581 in main /w/compiler-0/build/sol.cpp:7

SUMMARY: AddressSanitizer: heap-buffer-overflow /w/compiler-0/build/sol.cpp:3 in f
==26==ABORTING
`

const useAfterFree = `==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x50b0 at pc 0x5 bp 0x7 sp 0x7
READ of size 8 at 0x50b0 thread T0
    #0 0x55 in main /w/build/sol.cpp:22
freed by thread T0 here:
    #0 0x7f in operator delete(void*, unsigned long) ../../asan_new_delete.cpp:164
    #1 0x55 in main /w/build/sol.cpp:21
previously allocated by thread T0 here:
    #0 0x7f in operator new(unsigned long) ../../asan_new_delete.cpp:95
    #1 0x55 in main /w/build/sol.cpp:18
SUMMARY: AddressSanitizer: heap-use-after-free /w/build/sol.cpp:22 in main
`

const stackOverflow = `==7==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7f at pc 0x5 bp 0x7 sp 0x7
WRITE of size 4 at 0x7f thread T0
    #0 0x55 in fill /w/build/sol.c:9
Address 0x7f is located in stack of thread T0 at offset 72 in frame
    #0 0x55 in fill /w/build/sol.c:3
  This frame has 1 object(s):
    [32, 72) 'a' (line 4) <== Memory access at offset 72 overflows this variable
SUMMARY: AddressSanitizer: stack-buffer-overflow
`

const debugMode = `/usr/include/c++/14/debug/vector:450:
In function:
    std::debug::vector<_Tp, _Allocator>::operator[](size_type) [with _Tp = int]

Error: attempt to subscript container with out-of-bounds index 3, but 
container only holds 3 elements.

Objects involved in the operation:
    sequence "this" @ 0x7ffd {
AddressSanitizer:DEADLYSIGNAL
=================================================================
==9==ERROR: AddressSanitizer: ABRT on unknown address 0x3e8 (pc 0x7f bp 0x7f sp 0x7f T0)
    #0 0x7f in __pthread_kill_implementation nptl/pthread_kill.c:44
    #1 0x55 in std::debug::vector<int, std::allocator<int> >::operator[](unsigned long) /usr/include/c++/14/debug/vector:450
    #2 0x55 in main /w/build/sol.cpp:13
SUMMARY: AddressSanitizer: ABRT nptl/pthread_kill.c:44
`

const memcheck = `==96== Conditional jump or move depends on uninitialised value(s)
==96==    at 0x498F28D: std::ostream& std::ostream::_M_insert<long>(long) (in /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.33)
==96==    by 0x109288: main (/w/build/sol.cpp:6)
==96==  Uninitialised value was created by a stack allocation
==96==    at 0x1091F9: pick(int) (/w/build/sol.cpp:3)
==96== 
==96== Invalid read of size 4
==96==    at 0x1092F3: main (/w/build/sol.cpp:8)
==96==  Address 0x4ded17c is 0 bytes after a block of size 12 alloc'd
==96==    at 0x4844F93: operator new(unsigned long) (coregrind/m_replacemalloc/vg_replace_malloc.c:487)
==96==    by 0x1092DC: main (/w/build/sol.cpp:7)
==96== 
`

func TestReportsOfChecksAreRead(t *testing.T) {
	t.Parallel()
	place := func(line int, message string) problem.Place {
		return problem.Place{File: "sol.cpp", Line: line, Message: message}
	}
	for _, c := range []struct {
		name, stderr, source string
		line, column         int
		note                 string
		related              []problem.Place
	}{
		{name: "a number too large", stderr: "sol.cpp:4:12: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'\n" +
			"    #0 0x55 in add(int) /w/build/sol.cpp:4\n    #1 0x55 in main /w/build/sol.cpp:9\n",
			line: 4, column: 12, note: "signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'"},
		{name: "an index behind a vector", stderr: heapOverflow, line: 3,
			note: "out of bounds: reads 4 bytes, just behind a block of 8 bytes", related: []problem.Place{place(7, "the memory is from here")}},
		{name: "memory that was given back", stderr: useAfterFree, line: 22, note: "use after free: reads 8 bytes",
			related: []problem.Place{place(21, "the memory was given back here"), place(18, "the memory is from here")}},
		{name: "an index behind a local array", stderr: stackOverflow, source: "sol.c", line: 9,
			note:    "out of bounds: writes 4 bytes, behind the end of the local variable a",
			related: []problem.Place{{File: "sol.c", Line: 4, Message: "the memory is from here"}}},
		{name: "a null pointer", stderr: "==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0\n==1==The signal is caused by a READ memory access.\n" +
			"==1==Hint: address points to the zero page.\n    #0 0x55 in main /w/build/sol.cpp:5\nSUMMARY: x\n",
			line: 5, note: "null pointer: access to memory at address 0 or close to it"},
		{name: "a container that knows its size", stderr: debugMode, line: 13,
			note: "subscript container with out-of-bounds index 3, but container only holds 3 elements"},
		{name: "a value that was never set", stderr: memcheck, line: 6, note: "a condition depends on a value that was never set",
			related: []problem.Place{place(3, "the value is from here")}},
		{name: "an abort without a reason", stderr: "==9==ERROR: AddressSanitizer: ABRT on unknown address\n    #0 0x55 in main /w/build/sol.cpp:13\n"},
		{name: "nothing in the program's own lines", stderr: "==1==ERROR: AddressSanitizer: SEGV on x\n    #0 0x55 in f /usr/include/sol.cpp:5\n"},
		{name: "nothing", stderr: "hello\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := c.source
			if source == "" {
				source = "sol.cpp"
			}
			var got *problem.Location
			for _, f := range explain.ReadFaults([]byte(c.stderr)) {
				if l := (explain.Sources{source}).Faulty(&f); l != nil && got == nil {
					got = l
				}
			}
			if got == nil {
				if c.line != 0 {
					t.Fatal("no location")
				}
				return
			}
			if got.Line != c.line || got.Column != c.column || got.Note != c.note {
				t.Errorf("%d:%d %q, expected %d:%d %q", got.Line, got.Column, got.Note, c.line, c.column, c.note)
			}
			if diff := cmp.Diff(c.related, got.Related); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllReportsOfARunAreRead(t *testing.T) {
	t.Parallel()
	if n := len(explain.ReadFaults([]byte(memcheck + useAfterFree + strings.Repeat("x", 10) + "\n" + stackOverflow))); n != 4 {
		t.Errorf("%d reports", n)
	}
}

func FuzzReadFaults(f *testing.F) {
	for _, text := range []string{heapOverflow, useAfterFree, stackOverflow, debugMode, memcheck} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, stderr []byte) {
		for _, fault := range explain.ReadFaults(stderr) {
			if l := (explain.Sources{"sol.cpp"}).Faulty(&fault); l != nil && (l.Line <= 0 || l.Note == "") {
				t.Errorf("location %+v", l)
			}
		}
	})
}
