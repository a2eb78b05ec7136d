package docker

import (
	"maps"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

func TestDead(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("owners are not told apart here")
	}
	child := exec.Command("true")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	late := owner{host: self().host, pid: child.Process.Pid, start: processStart(child.Process.Pid)}
	if late.start == "" {
		late.start = "1" // it was that quick
	}
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	parent := owner{host: self().host, pid: os.Getppid(), start: processStart(os.Getppid())}
	change := func(o owner, key, value string) map[string]string {
		labels := maps.Clone(o.labels())
		labels[key] = value
		return labels
	}
	for name, c := range map[string]struct {
		labels map[string]string
		want   bool
	}{
		"this process lives":                {self().labels(), false},
		"another process lives":             {parent.labels(), false},
		"an ended process is dead":          {late.labels(), true},
		"an id used again is another's":     {change(self(), LabelOwnerStart, "1"), true},
		"of another host nothing is known":  {change(late, LabelOwnerHost, "elsewhere"), false},
		"without a host nothing is known":   {change(late, LabelOwnerHost, ""), false},
		"without a start nothing is known":  {change(late, LabelOwnerStart, ""), false},
		"without a number nothing is known": {change(late, LabelOwnerPid, "x"), false},
		"id zero is nobody":                 {change(late, LabelOwnerPid, "0"), false},
		"without labels nothing is known":   {nil, false},
	} {
		if got := dead(c.labels); got != c.want {
			t.Errorf("%s: dead is %v for %v", name, got, c.labels)
		}
	}
}
