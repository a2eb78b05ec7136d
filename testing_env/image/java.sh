#!/bin/sh
# java.sh SOURCE.java ARCHIVE keeps the compiler's classes in an archive that the
# JVM maps at its start. It halves the time of a small compilation. A JVM that
# finds the archive unfit does without.
set -eu
javac -J-XX:ArchiveClassesAtExit="$2" -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -proc:none -d "$(mktemp -d)" "$1"
chmod 444 "$2"
