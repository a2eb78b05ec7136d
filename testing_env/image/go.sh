#!/bin/sh
# go.sh FOLDER TRACE compiles Go's standard library once, and writes down where the
# archive of each package is. go-build links against them: the go command itself
# would compile the library anew in every fresh folder. Packages that contests need are compiled
# once more with the files in TRACE added, which tell who printed a byte. The library's
# sources are not needed any more then.
set -eu
mkdir -p "$1/traced"
export GOFLAGS=-trimpath CGO_ENABLED=0 GOTOOLCHAIN=local HOME="$1"
root=$(go env GOROOT)/src
GOCACHE="$1/cache" go list -export -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' std >"$1/importcfg"

sed -e 's/^func (f \*File) Write(b \[\]byte)/func (f *File) writeUntraced(b []byte)/' "$root/os/file.go" >"$1/traced/file.go"
sed -e 's/^func (b \*Writer) Write(/func (b *Writer) writeBuffered(/' \
	-e 's/^func (b \*Writer) WriteString(/func (b *Writer) writeStringBuffered(/' \
	-e 's/^func (b \*Writer) WriteByte(/func (b *Writer) writeByteBuffered(/' \
	-e 's/^func (b \*Writer) WriteRune(/func (b *Writer) writeRuneBuffered(/' "$root/bufio/bufio.go" >"$1/traced/bufio.go"
cp "$2/os.go.in" "$1/traced/os_trace.go"
cp "$2/bufio.go.in" "$1/traced/bufio_trace.go"
cat >"$1/traced/overlay.json" <<END
{"Replace": {
	"$root/os/file.go": "$1/traced/file.go",
	"$root/os/stresstester.go": "$1/traced/os_trace.go",
	"$root/bufio/bufio.go": "$1/traced/bufio.go",
	"$root/bufio/stresstester.go": "$1/traced/bufio_trace.go"
}}
END
GOCACHE="$1/traced/cache" go list -export -deps -overlay "$1/traced/overlay.json" \
	-f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' \
	bufio bytes cmp container/heap container/list container/ring context encoding/binary errors fmt hash/crc32 hash/fnv hash/maphash \
	index/suffixarray io io/ioutil iter maps math math/big math/bits math/cmplx math/rand math/rand/v2 os os/signal path reflect regexp \
	runtime runtime/debug slices sort strconv strings sync sync/atomic text/tabwriter time unicode unicode/utf16 unicode/utf8 unique \
	>"$1/traced/importcfg"
rm -rf "$root" /usr/share/go-*/src
chmod -R a+rX "$1"
