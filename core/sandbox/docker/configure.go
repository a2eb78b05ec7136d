package docker

import (
	"fmt"
	"maps"
	"math"
	"path"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/system"
	units "github.com/docker/go-units"
)

// Labels on everything that is ours in an engine.
const (
	// LabelSandbox marks our containers, volumes and images; its value is "1".
	LabelSandbox = "stresstester.sandbox"
	// LabelOwnerHost, LabelOwnerPid and LabelOwnerStart tell which process on
	// which host a container belongs to. They are absent where it cannot be told.
	LabelOwnerHost  = "stresstester.owner.host"
	LabelOwnerPid   = "stresstester.owner.pid"
	LabelOwnerStart = "stresstester.owner.start"
	// LabelImage is, on a volume, the id of the image whose cache it holds.
	LabelImage = "stresstester.image"
	// LabelBase is, on an image, where its base image came from.
	LabelBase = "stresstester.base"
)

// Folders in the container.
const (
	driverDir = "/run/stresstester" // holds the driver and the programs it built; only root can list or write it
	workDir   = "/w"                // folders of slots and compilers
	cacheDir  = "/cache"            // the compile cache; the only thing that outlives a container
)

const (
	mebibyte = 1 << 20
	// leastRoom is the least room for the driver and the programs it built.
	leastRoom = 128 * mebibyte
	// openFiles is each process's limit on descriptors. The driver holds some ten
	// for each slot. Engines' own defaults go up to a billion, which slows down
	// programs that close every one they might have inherited.
	openFiles = 16_384
	// processes is a user's limit on processes, for engines that set one. Root is not
	// bound by it, and programs have a far lower one.
	processes = 16_384
	// slotFiles and compilerFiles bound the number of files in a slot's folder and in
	// a compiler's. Files take memory even when they are empty.
	slotFiles     = 10_000
	compilerFiles = 100_000
	// mostOwn bounds the number of slots, and that of compilers, that have a tmpfs of
	// their own. The driver makes more slots only when it is told to.
	mostOwn = 64
)

// resources are what a sandbox may use.
type resources struct {
	memory int64   // bytes
	cpus   float64 // processors
	pids   int64   // processes and threads
}

// resources chooses a sandbox's size by what the engine has and what was asked
// for. A quarter of the memory is always left to the rest of the machine.
func (o Options) resources(info system.Info) resources {
	r := resources{memory: info.MemTotal / 4 * 3, cpus: float64(info.NCPU), pids: o.Pids}
	if o.Memory > 0 {
		r.memory = min(r.memory, o.Memory)
	}
	if o.CPUs > 0 {
		r.cpus = min(r.cpus, o.CPUs)
	}
	if r.pids == 0 {
		// A slot runs two programs at a time at most, each with up to 256 threads
		// (see the driver), and the driver must never be without one.
		r.pids = 512 + 512*int64(info.NCPU)
	}
	return r
}

// plan is everything that a container is made from.
type plan struct {
	image  string // name or id
	cache  string // the cache volume's name
	driver int    // the driver's length, bytes
	owner  owner
	labels map[string]string
	res    resources
	podman bool // see engine
}

// configure says what the container may do. In short: nothing, but for what the
// driver needs to keep the programs apart from each other.
//
//   - There is no network but the loopback device, and no shared memory or
//     semaphores with anybody else.
//   - The root file system cannot be written. Work lies in memory, in a tmpfs;
//     the compile cache is a volume that only the driver can open.
//   - Of all capabilities the driver keeps those to become another user and to
//     end that user's processes (SETUID, SETGID, KILL), and to prepare and clean
//     that user's folders (CHOWN, DAC_OVERRIDE). Programs have none.
//   - No process can gain rights (no-new-privileges); the engine's default
//     seccomp filter applies.
//   - Memory, processors and processes are bounded, swap is not used, and core
//     dumps are off.
//   - Nothing is logged by the engine: the output is the protocol.
//   - It is removed when it ends, and it ends when the client's connection does,
//     however that happens: the driver reads its end of input.
func configure(o Options, info system.Info, p plan) (*container.Config, *container.HostConfig) {
	labels := map[string]string{LabelSandbox: "1"}
	maps.Copy(labels, p.owner.labels())
	maps.Copy(labels, p.labels)
	config := &container.Config{
		Image:      p.image,
		Entrypoint: []string{"/bin/sh", "-c", bootScript(p.driver)},
		// Cmd of the image does not matter: the script takes no arguments.
		Cmd: []string{},
		Env: []string{
			"STRESSTESTER_CPUS=" + strconv.FormatFloat(p.res.cpus, 'f', -1, 64),
			"STRESSTESTER_MEMORY=" + strconv.FormatInt(p.res.memory, 10),
			"STRESSTESTER_PIDS=" + strconv.FormatInt(p.res.pids, 10),
		},
		User:            "0:0",
		WorkingDir:      "/",
		Hostname:        "sandbox",
		AttachStdin:     true,
		AttachStdout:    true,
		AttachStderr:    true,
		OpenStdin:       true,
		StdinOnce:       true,
		NetworkDisabled: true,
		Labels:          labels,
	}
	if !p.podman {
		// An image that was chosen may have a health check, which is not welcome
		// among the measurements. Podman takes even this one for a check.
		config.Healthcheck = &container.HealthConfig{Test: []string{"NONE"}}
	}
	host := &container.HostConfig{
		Runtime:        o.Runtime,
		NetworkMode:    "none",
		IpcMode:        container.IPCModeNone,
		ReadonlyRootfs: true,
		AutoRemove:     true,
		CapDrop:        []string{"ALL"},
		CapAdd:         []string{"SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE"},
		SecurityOpt:    []string{"no-new-privileges"},
		LogConfig:      container.LogConfig{Type: "none"},
		Tmpfs:          tmpfs(p),
		Mounts: []mount.Mount{{
			Type:   mount.TypeVolume,
			Source: p.cache,
			Target: cacheDir,
			VolumeOptions: &mount.VolumeOptions{
				NoCopy: true,
				Labels: map[string]string{LabelSandbox: "1", LabelImage: p.image},
			},
		}},
	}
	host.Resources = p.res.limits(info)
	if p.podman && !rootless(info) {
		// Left to itself, Podman raises this one to a million, which root may not do
		// where it is itself confined. A rootless one keeps what the user has.
		host.Ulimits = append(host.Ulimits, &units.Ulimit{Name: "nproc", Soft: processes, Hard: processes})
	}
	return config, host
}

// tmpfs lists the folders that lie in memory. Each slot and each compiler has one of
// its own below workDir, under the names that the driver gives them, so that none
// can use up the room of another.
func tmpfs(p plan) map[string]string {
	const options = "rw,exec,nosuid,nodev,mode=%s,size=%d"
	folders := map[string]string{
		driverDir: fmt.Sprintf(options, "0700", max(leastRoom, p.res.memory/4)),
	}
	work := func(name string, size int64, files int) {
		text := fmt.Sprintf(options, "0711", size)
		if !p.podman {
			// Podman refuses the option; there the memory that files take is the bound.
			text += fmt.Sprintf(",nr_inodes=%d", files)
		}
		folders[path.Join(workDir, name)] = text
	}
	slot := min(max(p.res.memory/16, 32*mebibyte), 256*mebibyte)
	compiler := min(max(p.res.memory/4, 256*mebibyte), 1024*mebibyte)
	processors := max(2, int(math.Ceil(p.res.cpus)))
	work("", max(slot, p.res.memory/8), compilerFiles)
	// One job uses a slot for each processor, and editors run several.
	for i := range min(2*processors, mostOwn) {
		work(strconv.Itoa(i), slot, slotFiles)
	}
	for i := range min(processors, mostOwn) {
		work(fmt.Sprintf("compiler-%d", i), compiler, compilerFiles)
	}
	if !p.podman {
		return folders
	}
	// Podman makes these writable for everybody in a root file system that is not,
	// and programs could leave notes for each other there.
	for _, shared := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		folders[shared] = "ro,noexec,nosuid,nodev,notmpcopyup,size=65536"
	}
	return folders
}

// limits are the engine's words for the resources. What an engine cannot limit
// (rootless ones without delegation) is left out: asking for it is an error to
// some of them, and the health check tells.
func (r resources) limits(info system.Info) container.Resources {
	limits := container.Resources{Ulimits: []*units.Ulimit{
		{Name: "core"},
		{Name: "nofile", Soft: openFiles, Hard: openFiles},
	}}
	if info.MemoryLimit {
		limits.Memory = r.memory
		limits.MemorySwap = r.memory // that is: no swap
	}
	if r.cpus < float64(info.NCPU) {
		// A set of processors rather than a share of all: the driver then sees how
		// many there are, and measured times do not suffer from throttling. The
		// first processor is left to the rest of the machine where possible.
		if whole := int(math.Ceil(r.cpus)); info.CPUSet {
			limits.CpusetCpus = fmt.Sprintf("%d-%d", info.NCPU-whole, info.NCPU-1)
		}
		if info.CPUCfsQuota {
			limits.NanoCPUs = int64(r.cpus * 1e9)
		}
	}
	if info.PidsLimit {
		limits.PidsLimit = &r.pids
	}
	return limits
}

// bootScript is what the container runs: the first bytes of its input are the
// driver, which is put into a tmpfs and takes the shell's place. So the image
// need not be built anew with every driver, and no file of the host is mounted.
func bootScript(driver int) string {
	path := driverDir + "/driver"
	return fmt.Sprintf("head -c %d >%s && chmod 0500 %s && exec %s", driver, path, path, path)
}
