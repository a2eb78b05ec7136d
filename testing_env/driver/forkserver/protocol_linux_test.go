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
	var (
		r request
		a answer
		u run
	)
	want := map[string]uintptr{
		"offsetof(struct shim_request, magic)":        unsafe.Offsetof(r.magic),
		"offsetof(struct shim_request, version)":      unsafe.Offsetof(r.version),
		"offsetof(struct shim_request, mode)":         unsafe.Offsetof(r.mode),
		"offsetof(struct shim_request, stop)":         unsafe.Offsetof(r.stop),
		"offsetof(struct shim_request, flags)":        unsafe.Offsetof(r.flags),
		"offsetof(struct shim_request, cpu)":          unsafe.Offsetof(r.cpu),
		"offsetof(struct shim_request, files)":        unsafe.Offsetof(r.files),
		"offsetof(struct shim_request, retain)":       unsafe.Offsetof(r.retain),
		"offsetof(struct shim_request, go)":           unsafe.Offsetof(r.go_),
		"offsetof(struct shim_request, args_version)": unsafe.Offsetof(r.argsVersion),
		"offsetof(struct shim_request, args_bytes)":   unsafe.Offsetof(r.argsBytes),
		"offsetof(struct shim_request, argc)":         unsafe.Offsetof(r.argc),
		"offsetof(struct shim_request, envc)":         unsafe.Offsetof(r.envc),
		"offsetof(struct shim_request, fd_file)":      unsafe.Offsetof(r.fdFile),
		"offsetof(struct shim_request, fd_action)":    unsafe.Offsetof(r.fdAction),
		"offsetof(struct shim_request, limits)":       unsafe.Offsetof(r.limits),
		"offsetof(struct shim_request, express)":      unsafe.Offsetof(r.express),
		"offsetof(struct shim_request, area_bytes)":   unsafe.Offsetof(r.areaBytes),
		"offsetof(struct shim_request, areas)":        unsafe.Offsetof(r.areas),
		"sizeof(struct shim_request)":                 unsafe.Sizeof(r),
		"offsetof(struct shim_answer, answered)":      unsafe.Offsetof(a.answered),
		"offsetof(struct shim_answer, state)":         unsafe.Offsetof(a.state),
		"offsetof(struct shim_answer, server)":        unsafe.Offsetof(a.server),
		"offsetof(struct shim_answer, status)":        unsafe.Offsetof(a.status),
		"offsetof(struct shim_answer, step)":          unsafe.Offsetof(a.step),
		"offsetof(struct shim_answer, error)":         unsafe.Offsetof(a.error),
		"offsetof(struct shim_answer, fallback)":      unsafe.Offsetof(a.fallback),
		"offsetof(struct shim_answer, leftovers)":     unsafe.Offsetof(a.leftovers),
		"offsetof(struct shim_answer, user_us)":       unsafe.Offsetof(a.userUS),
		"offsetof(struct shim_answer, system_us)":     unsafe.Offsetof(a.systemUS),
		"offsetof(struct shim_answer, max_rss)":       unsafe.Offsetof(a.maxRSS),
		"offsetof(struct shim_answer, faults)":        unsafe.Offsetof(a.faults),
		"offsetof(struct shim_answer, hot)":           unsafe.Offsetof(a.hot),
		"offsetof(struct shim_answer, restored)":      unsafe.Offsetof(a.restored),
		"offsetof(struct shim_answer, scans)":         unsafe.Offsetof(a.scans),
		"offsetof(struct shim_answer, audits)":        unsafe.Offsetof(a.audits),
		"offsetof(struct shim_answer, spent)":         unsafe.Offsetof(a.spentUserUS),
		"offsetof(struct shim_answer, resident)":      unsafe.Offsetof(a.resident),
		"offsetof(struct shim_answer, written)":       unsafe.Offsetof(a.written),
		"offsetof(struct shim_run, bell)":             unsafe.Offsetof(u.bell),
		"SHIM_AREA_SIZE":                              areaSize,
		"SHIM_STEP_AREAS":                             stepAreas,
		"offsetof(struct shim_answer, pages)":         unsafe.Offsetof(a.pages),
		"offsetof(struct shim_answer, reason)":        unsafe.Offsetof(a.reason),
		"sizeof(struct shim_answer)":                  unsafe.Sizeof(a),
		"offsetof(struct shim_run, child)":            unsafe.Offsetof(u.child),
		"offsetof(struct shim_run, step)":             unsafe.Offsetof(u.step),
		"offsetof(struct shim_run, error)":            unsafe.Offsetof(u.error),
		"sizeof(struct shim_run)":                     unsafe.Sizeof(u),
		"SHIM_MAGIC":                                  magic,
		"SHIM_VERSION":                                version,
		"SHIM_CONTROL_SIZE":                           controlSize,
		"SHIM_REQUEST_OFFSET":                         requestOffset,
		"SHIM_ANSWER_OFFSET":                          answerOffset,
		"SHIM_RUN_OFFSET":                             runOffset,
		"SHIM_ARGS_OFFSET":                            argsOffset,
		"SHIM_ARGS_SIZE":                              argsSize,
		"SHIM_MAX_FILES":                              MaxFiles,
		"SHIM_MAX_FDS":                                MaxFDs,
		"SHIM_LIMITS":                                 limitCount,
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
	source.WriteString("#include <stddef.h>\n#include \"protocol.h\"\n")
	for expression, value := range want {
		fmt.Fprintf(&source, "_Static_assert((unsigned long)(%s) == %dul, \"\");\n", expression, value)
	}
	needCompiler(t)
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
