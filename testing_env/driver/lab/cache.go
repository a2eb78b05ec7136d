package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"stresstester/core/problem"
)

// cacheLimit is how much built programs may take up, in bytes; the longest unused
// go first.
const cacheLimit = 2 << 30

// cacheFormat changes when what lies in the cache changes its form.
const cacheFormat = "1"

// cache keeps built programs by the hash of everything that went into them. It
// lies in a folder that only root can enter. Whatever goes wrong with it only
// costs time: a program is then compiled again.
type cache struct {
	dir   string
	mu    sync.Mutex
	locks map[string]*keyLock
}

type keyLock struct {
	sync.Mutex
	users int
}

func openCache(dir string) *cache {
	c := &cache{dir: dir, locks: map[string]*keyLock{}}
	c.removeUnfinished()
	return c
}

// cacheKey is the hash of what determines a built program. The compilers are not
// part of it: every image has a cache of its own.
func cacheKey(p *problem.Program) string {
	h := sha256.New()
	parts := struct {
		Format     string
		Compile    []string
		Env        []string
		SourceName string
		Source     []byte
		Includes   []problem.File
	}{cacheFormat, p.Recipe.Compile, p.Recipe.Env, p.Recipe.SourceName, p.Source, p.Includes}
	if err := json.NewEncoder(h).Encode(parts); err != nil {
		panic("hashing a program: " + err.Error()) // strings and bytes always encode
	}
	return hex.EncodeToString(h.Sum(nil))
}

// lock lets one build of a key happen at a time; the result unlocks.
func (c *cache) lock(key string) func() {
	c.mu.Lock()
	l := c.locks[key]
	if l == nil {
		l = &keyLock{}
		c.locks[key] = l
	}
	l.users++
	c.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		c.mu.Lock()
		defer c.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(c.locks, key)
		}
	}
}

func (c *cache) entry(key string) string { return filepath.Join(c.dir, key) }

// load copies a built program into folder and returns what the compiler said.
func (c *cache) load(key, folder string, gid int) ([]byte, bool) {
	entry := c.entry(key)
	output, err := os.ReadFile(filepath.Join(entry, "output"))
	if err != nil {
		return nil, false
	}
	if err := copyTree(filepath.Join(entry, "program"), folder, gid); err != nil {
		_ = os.RemoveAll(entry)
		_ = removeContents(folder)
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(entry, now, now)
	return output, true
}

// store copies a built program into the cache. It appears there whole or not at
// all.
func (c *cache) store(key, folder string, output []byte) {
	temporary, err := os.MkdirTemp(c.dir, "unfinished-")
	if err != nil {
		return
	}
	defer os.RemoveAll(temporary)
	program := filepath.Join(temporary, "program")
	if os.Mkdir(program, 0o700) != nil || copyTree(folder, program, 0) != nil ||
		os.WriteFile(filepath.Join(temporary, "output"), output, 0o600) != nil {
		return
	}
	_ = os.Rename(temporary, c.entry(key))
	c.shrink()
}

func (c *cache) removeUnfinished() {
	left, _ := filepath.Glob(filepath.Join(c.dir, "unfinished-*"))
	for _, dir := range left {
		// Another container on the same cache may be storing right now.
		if st, err := os.Stat(dir); err == nil && time.Since(st.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir)
		}
	}
}

// shrink removes what was not used for longest until the limit holds.
func (c *cache) shrink() {
	c.mu.Lock()
	defer c.mu.Unlock()
	type item struct {
		path string
		size int64
		used time.Time
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var items []item
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() {
			continue
		}
		it := item{path: filepath.Join(c.dir, e.Name()), size: folderSize(filepath.Join(c.dir, e.Name())), used: info.ModTime()}
		total += it.size
		items = append(items, it)
	}
	sort.Slice(items, func(i, j int) bool { return items[i].used.Before(items[j].used) })
	for _, it := range items {
		if total <= cacheLimit {
			return
		}
		_ = os.RemoveAll(it.path)
		total -= it.size
	}
}

func folderSize(dir string) int64 {
	var total int64
	_ = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total
}
