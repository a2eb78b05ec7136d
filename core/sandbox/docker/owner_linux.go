package docker

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// hostID names the boot and the world of processes, between which process ids
// mean different things.
func hostID() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	pids, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + pids
}

// processStart is when the process began, in clock ticks since the boot; empty
// if there is no such process or it may not be asked.
func processStart(pid int) string {
	start, _ := readStart(pid)
	return start
}

func readStart(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is the command in parentheses, which may hold anything;
	// the start is field 22, that is the 20th after it.
	end := bytes.LastIndexByte(stat, ')')
	fields := strings.Fields(string(stat[end+1:]))
	if end < 0 || len(fields) < 20 {
		return "", fmt.Errorf("process %d: its state cannot be read", pid)
	}
	return fields[19], nil
}

// gone reports whether the process that began then is certainly no more.
func gone(pid int, start string) bool {
	now, err := readStart(pid)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	return now != start
}
