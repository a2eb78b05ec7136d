package forkserver

import (
	"fmt"
	"strings"
	"testing"
)

// TestAreasStandForFiles runs a program that does to its descriptors what its input
// says, by areas and by files, and compares what it finds.
func TestAreasStandForFiles(t *testing.T) {
	t.Parallel()
	path := program(t, "express.c")
	tests := []struct {
		name, input string
		// files says that the areas do not do, so that the run is made with files.
		files bool
	}{
		{name: "reading and writing", input: "echo"},
		{name: "reading to the end, and again", input: "ends"},
		{name: "seeking in what is read", input: "seek"},
		{name: "seeking in what is written", input: "hole"},
		{name: "seeking before the beginning", input: "before"},
		{name: "several pieces at a time", input: "pieces"},
		{name: "a file's size", input: "stat"},
		{name: "the wrong direction", input: "direction"},
		{name: "descriptors that are not open", input: "closed"},
		{name: "the input once more, by its name", input: "again"},
		{name: "the lowest free descriptor", input: "lowest"},
		{name: "asking the kernel past libc", input: "kernel", files: true},
		{name: "closing the input", input: "close", files: true},
		{name: "opening another file", input: "open", files: true},
		{name: "opening the output", input: "output", files: true},
		{name: "mapping the input", input: "map", files: true},
		{name: "a duplicate", input: "dup", files: true},
		{name: "more than there is room for", input: "flood", files: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			input := tt.input + "\nand some more lines\nof input\n"
			c := newConsole(t)
			want := c.plain(t, []string{path}, nil, input)
			c.addAreas(t)
			s := serve(t, Config{Mode: Snapshot, Argv: []string{path}, Files: c.files()})
			for run := range 20 {
				// Of the lengths of both something would be left.
				if short, _ := c.run(t, s, Request{}, "x\n"); short.Out != "x\n" {
					t.Fatalf("run %d, short: %v", run, short)
				}
				got, o := c.run(t, s, Request{}, input)
				if got != want {
					t.Fatalf("run %d differs from a plain execution\n== got %v== want %v", run, got, want)
				}
				if !tt.files && !o.Resident {
					t.Fatalf("run %d ended its process", run)
				}
			}
			if (c.inFiles > 0) != tt.files {
				t.Errorf("%d runs were made with files", c.inFiles)
			}
			if st := s.Stats(); st.Launches != 1 || st.Mode != Snapshot {
				t.Errorf("%+v", st)
			}
		})
	}
}

// TestFilesAreOpenedByName gives a program files behind its three, as checkers get them.
func TestFilesAreOpenedByName(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.addAreas(t)
	files := c.files()
	more := [2]*area{newArea(t, false), newArea(t, false)}
	for _, a := range more {
		files = append(files, File{File: memoryFile(t), Area: a.server})
	}
	s := serve(t, Config{Mode: Snapshot, Argv: []string{program(t, "checker.cpp"), "/proc/self/fd/3", "/proc/self/fd/4"}, Files: files})
	for run := range 100 {
		left, right := fmt.Sprintf("%d and %s", run, strings.Repeat("x", run)), fmt.Sprint(run*run)
		r := Request{Files: []int{0, 1, 2, 3, 4}, Express: true, Area: [MaxFDs]uint32{0, AreaSize, AreaSize,
			uint32(copy(more[0].data, left)), uint32(copy(more[1].data, right))}}
		o, err := s.Run(&r)
		if err != nil || o.Status != 0 || !o.Resident {
			t.Fatalf("run %d: %+v, %v", run, o, err)
		}
		want := fmt.Sprintf("5 %d and %s\n5 %s\n5 6 %d %d\n", run, strings.Repeat("x", run), right, run, run*run)
		if got := string(c.areas[1].data[:o.Written[1]]); got != want {
			t.Fatalf("run %d printed %q, want %q", run, got, want)
		}
	}
}

// TestAnAreaCannotBeWrittenByWhoReadsIt lets a program write to where its input lies.
func TestAnAreaCannotBeWrittenByWhoReadsIt(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	c.addAreas(t)
	s := serve(t, Config{Mode: Snapshot, Argv: []string{program(t, "trespass.c")}, Files: c.files()})
	for run := range 5 {
		got, o := c.run(t, s, Request{}, "a line that nobody may change\n")
		if !o.Status.Signaled() {
			t.Fatalf("run %d: %+v\n%v", run, o, got)
		}
		if text := string(c.areas[0].data[:6]); text != "a line" {
			t.Fatalf("run %d: the input is %q", run, text)
		}
	}
}
