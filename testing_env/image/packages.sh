#!/bin/sh
# packages.sh PACKAGE… installs Debian packages and leaves nothing behind that a
# sandbox does not need: no package lists, no manuals, no set-uid programs.
set -eu
export DEBIAN_FRONTEND=noninteractive

# Also left out: what only builds compilers, profiles or makes other images.
cat >/etc/dpkg/dpkg.cfg.d/stresstester <<'DPKG'
path-exclude=/usr/share/doc/*
path-include=/usr/share/doc/*/copyright
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
path-exclude=/usr/bin/*lto-dump*
path-exclude=/usr/lib/jvm/*/jmods/*
path-exclude=/usr/lib/ghc/bin/ghc-iserv-prof*
path-exclude=/usr/lib/ghc/lib/*/libHSghc-[0-9]*.a
path-exclude=/usr/lib/ghc/lib/*/libHSCabal-*.a
path-exclude=/usr/lib/ocaml/compiler-libs/*
path-exclude=/usr/share/go-*/test/*
DPKG
# Some packages register their manuals as alternatives and fail without the folder.
mkdir -p /usr/share/man/man1

apt-get update
apt-get install --yes --no-install-recommends "$@"

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
# Untrusted programs run here: nothing may lend them another user's rights.
find / -xdev -type f -perm /6000 -exec chmod ug-s {} +
