package forkserver

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
)

// Suitable says why the executable cannot be served, or nil if it probably can: the
// shim is preloaded by glibc's dynamic linker and stops the program where libc
// starts it. The error is a sentence for people.
func Suitable(executable string) error {
	st, err := os.Stat(executable)
	if err != nil {
		return err
	}
	if st.Mode()&(os.ModeSetuid|os.ModeSetgid) != 0 {
		return errors.New("it runs with another user's rights, for which nothing is preloaded")
	}
	f, err := elf.Open(executable)
	if err != nil {
		return errors.New("it is a script or another kind of file than an ELF executable")
	}
	defer f.Close()
	return suitable(f)
}

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func suitable(f *elf.File) error {
	if f.Class != elf.ELFCLASS64 || f.Machine != machines[runtime.GOARCH] {
		return fmt.Errorf("it is made for another machine (%v)", f.Machine)
	}
	linker := interpreter(f)
	switch {
	case linker == "":
		return errors.New("it is statically linked, so that nothing can be preloaded")
	case !strings.HasPrefix(path.Base(linker), "ld-linux"):
		return fmt.Errorf("it uses another C library (%s)", path.Base(linker))
	}
	libraries, err := f.ImportedLibraries()
	if err != nil {
		return fmt.Errorf("its list of libraries cannot be read: %w", err)
	}
	if i := slices.IndexFunc(libraries, isSanitizer); i >= 0 {
		return fmt.Errorf("it is built with a sanitizer (%s)", libraries[i])
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("its symbols cannot be read: %w", err)
	}
	starts := false
	for _, s := range symbols {
		starts = starts || s.Name == "__libc_start_main" && s.Section == elf.SHN_UNDEF
		if isSanitizerEntry(s.Name) {
			return fmt.Errorf("it is built with a sanitizer (%s)", s.Name)
		}
	}
	if !starts {
		return errors.New("it is not started by the C library")
	}
	return nil
}

// interpreter is the path of the dynamic linker, empty for a static executable.
func interpreter(f *elf.File) string {
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP || p.Filesz > 4096 {
			continue
		}
		text := make([]byte, p.Filesz)
		if _, err := p.ReadAt(text, 0); err != nil {
			return ""
		}
		return strings.TrimRight(string(text), "\x00")
	}
	return ""
}

var sanitizers = []string{"asan", "hwasan", "lsan", "msan", "tsan", "ubsan"}

// isSanitizer reports whether the library is one, such as libasan.so.8 or
// libclang_rt.asan-x86_64.so.
func isSanitizer(library string) bool {
	return slices.ContainsFunc(sanitizers, func(s string) bool {
		return strings.HasPrefix(library, "lib"+s+".") || strings.HasPrefix(library, "libclang_rt."+s)
	})
}

// isSanitizerEntry reports whether only a sanitizer, perhaps linked statically, has
// such a symbol.
func isSanitizerEntry(symbol string) bool {
	return strings.HasPrefix(symbol, "__sanitizer_") || symbol == "__asan_init" || symbol == "__tsan_init"
}
