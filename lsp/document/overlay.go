package document

import (
	"hash/maphash"
	"maps"
	"path/filepath"
	"slices"
	"sync"
)

// Files is what an Overlay lies over: the disk. It is core/room's interface of
// the same name.
type Files interface {
	ReadFile(name string) ([]byte, error)
	ReadDir(dir string) ([]string, error)
}

// Overlay is the disk as the editor shows it: an open document takes the place of
// its file, also of one that was never saved. It is a room.Files, and remembers
// what was read, so that the run that read it can be told when it changes.
type Overlay struct {
	view *View
	disk Files

	mu   sync.Mutex
	read map[string]Fingerprint // by path, as it was asked for
}

// Fingerprint tells texts apart without keeping them. It is good within one
// process.
type Fingerprint struct {
	size int
	hash uint64
}

var seed = maphash.MakeSeed()

// FingerprintOf is the text's fingerprint.
func FingerprintOf(text []byte) Fingerprint {
	return Fingerprint{len(text), maphash.Bytes(seed, text)}
}

// NewOverlay lays the documents of the view over disk.
func NewOverlay(view *View, disk Files) *Overlay {
	return &Overlay{view: view, disk: disk, read: map[string]Fingerprint{}}
}

// ReadFile implements Files.
func (o *Overlay) ReadFile(name string) ([]byte, error) {
	data, err := o.get(name)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.read[name] = FingerprintOf(data)
	return data, nil
}

func (o *Overlay) get(name string) ([]byte, error) {
	if s, ok := o.view.File(name); ok {
		return s.Text(), nil
	}
	return o.disk.ReadFile(name)
}

// ReadDir implements Files. A folder in which a document is open exists, whether
// it is on the disk or not.
func (o *Overlay) ReadDir(dir string) ([]string, error) {
	names, err := o.disk.ReadDir(dir)
	for s := range o.view.All {
		path := s.Path()
		if path == "" || pathKey(filepath.Dir(path)) != pathKey(dir) {
			continue
		}
		err = nil
		if base := filepath.Base(path); !slices.Contains(names, base) {
			names = append(names, base)
		}
	}
	return names, err
}

// Read is what was read so far, by path.
func (o *Overlay) Read() map[string]Fingerprint {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.read)
}
