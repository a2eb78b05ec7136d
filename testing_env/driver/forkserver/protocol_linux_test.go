package forkserver

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

// TestControlPageIsLaidOutAsInC compiles protocol.h and compares offsets and numbers.
func TestControlPageIsLaidOutAsInC(t *testing.T) {
	t.Parallel()
	var c control
	want := map[string]uintptr{
		"offsetof(struct shim_control, magic)":        unsafe.Offsetof(c.magic),
		"offsetof(struct shim_control, version)":      unsafe.Offsetof(c.version),
		"offsetof(struct shim_control, mode)":         unsafe.Offsetof(c.mode),
		"offsetof(struct shim_control, stop)":         unsafe.Offsetof(c.stop),
		"offsetof(struct shim_control, flags)":        unsafe.Offsetof(c.flags),
		"offsetof(struct shim_control, cpu)":          unsafe.Offsetof(c.cpu),
		"offsetof(struct shim_control, files)":        unsafe.Offsetof(c.files),
		"offsetof(struct shim_control, retain)":       unsafe.Offsetof(c.retain),
		"offsetof(struct shim_control, state)":        unsafe.Offsetof(c.state),
		"offsetof(struct shim_control, server)":       unsafe.Offsetof(c.server),
		"offsetof(struct shim_control, go)":           unsafe.Offsetof(c.go_),
		"offsetof(struct shim_control, busy)":         unsafe.Offsetof(c.busy),
		"offsetof(struct shim_control, reason)":       unsafe.Offsetof(c.reason),
		"sizeof(((struct shim_control *)0)->reason)":  unsafe.Sizeof(c.reason),
		"offsetof(struct shim_control, args_version)": unsafe.Offsetof(c.argsVersion),
		"offsetof(struct shim_control, args_bytes)":   unsafe.Offsetof(c.argsBytes),
		"offsetof(struct shim_control, argc)":         unsafe.Offsetof(c.argc),
		"offsetof(struct shim_control, envc)":         unsafe.Offsetof(c.envc),
		"offsetof(struct shim_control, fd_file)":      unsafe.Offsetof(c.fdFile),
		"offsetof(struct shim_control, fd_action)":    unsafe.Offsetof(c.fdAction),
		"offsetof(struct shim_control, limits)":       unsafe.Offsetof(c.limits),
		"offsetof(struct shim_control, child)":        unsafe.Offsetof(c.child),
		"offsetof(struct shim_control, status)":       unsafe.Offsetof(c.status),
		"offsetof(struct shim_control, step)":         unsafe.Offsetof(c.step),
		"offsetof(struct shim_control, error)":        unsafe.Offsetof(c.error),
		"offsetof(struct shim_control, fallback)":     unsafe.Offsetof(c.fallback),
		"offsetof(struct shim_control, stragglers)":   unsafe.Offsetof(c.stragglers),
		"offsetof(struct shim_control, user_us)":      unsafe.Offsetof(c.userUS),
		"offsetof(struct shim_control, system_us)":    unsafe.Offsetof(c.systemUS),
		"offsetof(struct shim_control, max_rss)":      unsafe.Offsetof(c.maxRSS),
		"offsetof(struct shim_control, faults)":       unsafe.Offsetof(c.faults),
		"offsetof(struct shim_control, hot)":          unsafe.Offsetof(c.hot),
		"offsetof(struct shim_control, restored)":     unsafe.Offsetof(c.restored),
		"offsetof(struct shim_control, scans)":        unsafe.Offsetof(c.scans),
		"offsetof(struct shim_control, audits)":       unsafe.Offsetof(c.audits),
		"offsetof(struct shim_control, mapped)":       unsafe.Offsetof(c.mapped),
		"sizeof(struct shim_control)":                 unsafe.Sizeof(c),
		"SHIM_MAGIC":                                  magic,
		"SHIM_VERSION":                                version,
		"SHIM_CONTROL_SIZE":                           controlSize,
		"SHIM_ARGS_OFFSET":                            argsOffset,
		"SHIM_ARGS_SIZE":                              argsSize,
		"SHIM_MAX_FILES":                              MaxFiles,
		"SHIM_MAX_FDS":                                MaxFDs,
		"SHIM_LIMITS":                                 limitCount,
		"SHIM_IDLE":                                   idle,
		"SHIM_FORK":                                   uintptr(Fork),
		"SHIM_SNAPSHOT":                               uintptr(Snapshot),
		"SHIM_AT_START":                               uintptr(BeforeConstructors),
		"SHIM_AT_CALL":                                uintptr(AtLink),
		"SHIM_OWN_UID":                                flagOwnUID,
		"SHIM_LAUNCHED":                               stateLaunched,
		"SHIM_LOADED":                                 stateLoaded,
		"SHIM_READY":                                  stateReady,
		"SHIM_UNSUITABLE":                             stateUnsuitable,
		"SHIM_REWIND":                                 actionRewind,
		"SHIM_TRUNCATE":                               actionTruncate,
		"SHIM_STEP_NONE":                              stepNone,
		"SHIM_STEP_ARGS":                              stepArgs,
		"SHIM_STEP_CLONE":                             stepClone,
		"SHIM_STEP_LIMIT":                             stepLimit,
		"sizeof(SHIM_MAGIC_LINK) - 1":                 uintptr(len(MagicLink)),
	}
	var source strings.Builder
	source.WriteString("#include \"protocol.h\"\n")
	for expression, value := range want {
		fmt.Fprintf(&source, "_Static_assert((unsigned long)(%s) == %dul, \"\");\n", expression, value)
	}
	if workshop.missing != "" {
		t.Skip(workshop.missing)
	}
	header, err := filepath.Abs("../../shim")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("gcc", "-std=gnu17", "-fsyntax-only", "-I", header, "-x", "c", "-")
	cmd.Stdin = strings.NewReader(source.String())
	if message, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the two sides differ: %v\n%s", err, message)
	}
}
