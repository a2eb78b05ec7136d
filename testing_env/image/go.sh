#!/bin/sh
# go.sh FOLDER compiles Go's standard library once, and writes down where the
# archive of each package is. go-build links against them: the go command itself
# would compile the library anew in every fresh folder. The library's sources are
# not needed any more then.
set -eu
mkdir -p "$1"
export GOCACHE="$1/cache" GOFLAGS=-trimpath CGO_ENABLED=0 GOTOOLCHAIN=local HOME="$1"
go list -export -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' std >"$1/importcfg"
rm -rf "$(go env GOROOT)/src" /usr/share/go-*/src
chmod -R a+rX "$1"
