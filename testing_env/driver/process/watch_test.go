package process

import (
	"testing"
	"time"
)

func TestWhichLimitIsBroken(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	limits := Watch{CPU: time.Second, Idle: 2 * time.Second, Wall: 10 * time.Second, Memory: 64 * mib}
	for name, test := range map[string]struct {
		seen    look
		elapsed time.Duration
		want    Broke
	}{
		"none":                          {look{cpu: time.Second / 2, threads: 1, resident: 64 * mib}, time.Second, BrokeNothing},
		"memory, by itself":             {look{resident: 65 * mib}, 0, BrokeMemory},
		"memory, by another process":    {look{crowd: crowd{largest: 65 * mib}}, 0, BrokeMemory},
		"memory, by all together":       {look{resident: 60 * mib, crowd: crowd{resident: 200 * mib}}, 0, BrokeMemory},
		"processor time":                {look{cpu: time.Second}, time.Second, BrokeCPU},
		"idleness":                      {look{idle: 2 * time.Second}, 3 * time.Second, BrokeIdle},
		"elapsed time":                  {look{}, 10 * time.Second, BrokeWall},
		"threads, by itself":            {look{threads: 129}, 0, BrokeProcesses},
		"threads, by all together":      {look{threads: 1, crowd: crowd{processes: 4, threads: 128}}, 0, BrokeProcesses},
		"none, counted while they fork": {look{threads: 1, crowd: crowd{processes: 100, threads: 127}}, 0, BrokeNothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := vigil{watch: &limits, processes: 64, seen: test.seen}
			if got := v.exceeded(test.elapsed); got != test.want {
				t.Errorf("got %d instead of %d", got, test.want)
			}
		})
	}
}
