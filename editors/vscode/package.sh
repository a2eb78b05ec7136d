#!/usr/bin/env bash
# Packages the extension for each platform named, into dist/ at the top:
#
#   package.sh linux-x64 darwin-arm64 …
#
# A package brings the server's program for its platform in bin/. `make vsix` calls
# this with the flags that the Go programs are built with.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
top=$(cd ../.. && pwd)
fail() { printf 'package.sh: %s\n' "$*" >&2; exit 1; }

command -v npm >/dev/null || fail "please install Node.js 20 or newer, with npm"
node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' || fail "Node.js $(node --version) is too old; 20 or newer is needed"
# Install scripts of packages are not needed, and not run.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
npx --no-install tsc --noEmit
npx --no-install tsc --noEmit -p webview.tsconfig.json
npm run --silent test
rm -rf dist
npm run --silent build

mkdir -p "$top/dist"
for target in "$@"; do
	case $target in
	linux-x64 | alpine-x64) os=linux arch=amd64 ;;
	linux-arm64 | alpine-arm64) os=linux arch=arm64 ;;
	darwin-x64) os=darwin arch=amd64 ;;
	darwin-arm64) os=darwin arch=arm64 ;;
	win32-x64) os=windows arch=amd64 ;;
	win32-arm64) os=windows arch=arm64 ;;
	*) fail "the platform $target is not known; use linux-x64, linux-arm64, alpine-x64, alpine-arm64, darwin-x64, darwin-arm64, win32-x64 or win32-arm64" ;;
	esac
	rm -rf bin
	name=stresstester
	[ $os = windows ] && name=stresstester.exe
	(cd "$top" && CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -ldflags "${LDFLAGS:-}" -o "editors/vscode/bin/$name" ./cmd/stresstester)
	npx --no-install vsce package --no-dependencies --allow-missing-repository --skip-license --target "$target" --out "$top/dist/stresstester-$target.vsix" >/dev/null
	echo "dist/stresstester-$target.vsix ($(du -h "$top/dist/stresstester-$target.vsix" | cut -f1))"
done
rm -rf bin
