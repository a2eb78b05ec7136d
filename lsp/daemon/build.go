package daemon

import (
	"fmt"
	"os"
	"time"
)

// Build tells programs apart, which a version alone does not while one is being
// developed.
type Build struct {
	// Version is for people.
	Version string `json:"version"`
	// Path is the program's file.
	Path string `json:"path"`
	// Size and Time are the file's when the process began. The younger of two
	// programs is the upgrade.
	Size int64     `json:"size"`
	Time time.Time `json:"time"`
}

// ThisBuild is the program that runs.
func ThisBuild(version string) (Build, error) {
	path, err := os.Executable()
	if err != nil {
		return Build{}, fmt.Errorf("finding this program: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Build{}, fmt.Errorf("looking at this program: %w", err)
	}
	return Build{Version: version, Path: path, Size: info.Size(), Time: info.ModTime().UTC()}, nil
}

// replaces reports whether a client of this build is to have a daemon of its own
// build rather than that one. Of two programs that are installed side by side the
// younger wins, whoever asks, so that they do not take turns.
func (b Build) replaces(other Build) bool {
	if b.Version == other.Version && b.Size == other.Size && b.Time.Equal(other.Time) {
		return false
	}
	return b.Time.After(other.Time)
}
