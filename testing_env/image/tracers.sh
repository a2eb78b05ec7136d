#!/bin/sh
# tracers.sh SOURCES DESTINATION builds what tells who printed a byte, for the languages
# that only the image with all of them has.
set -eu
sources=$1 destination=$2
mkdir -p "$destination/ocaml" "$destination/pascal"
cp -R "$sources/haskell" "$destination/"
cp "$sources"/ocaml/* "$destination/ocaml/"
cd "$destination/ocaml"
ocamlopt -g -O3 -I +unix -c stresstester.ml
ocamlopt -c wrap.c
ocamlopt -I +compiler-libs ocamlcommon.cmxa stops.ml -o stops
rm -f stops.cm* stops.o
cd "$destination/pascal"
fpc -v0ew -O2 -OoNOSTACKFRAME -FE. -FU. "$sources/pascal/sttrace.pas"
mcs -optimize+ "-out:$destination/Trace.exe" "$sources/Trace.cs"
chmod -R a+rX "$destination"
