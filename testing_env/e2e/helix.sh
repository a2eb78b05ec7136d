#!/usr/bin/env bash
# Plays a user of Helix: a language client that knows nothing of this product, with
# the configuration that docs/editors.md gives. `make e2e-helix` fetches and builds
# what it needs. The exit status is 1 if a step failed.
set -euo pipefail
script=helix.sh
# shellcheck source=tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=terminal.sh
. testing_env/e2e/terminal.sh
sandbox
hx=$cache/hx
"$hx" --version >/dev/null 2>&1 || fail "there is no Helix: run testing_env/e2e/setup.sh"
say "$("$hx" --version), $(bin/stresstester version)"

scratch=$(mktemp -d)
ended() {
	end_terminal
	bin/stresstester daemon stop >/dev/null 2>&1 || true
	rm -rf "$scratch"
}
trap ended EXIT
# Nothing of the user's own is read or written, and the daemon is the test's own.
export HOME=$scratch XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache XDG_RUNTIME_DIR=$scratch/run
export STRESSTESTER_DAEMON_IDLE=5s STRESSTESTER_COMPANION=off PATH=$top/bin:$PATH
folder=$scratch/best-segment
mkdir -p "$scratch"/{config/helix,cache,run} "$folder/.git"
cp testing_env/e2e/helix.toml "$scratch/config/helix/languages.toml"
cp examples/max-subarray/{brute.py,gen.cpp} "$folder"
cp examples/max-subarray/fixed.cpp "$folder/sol.cpp"
echo "tests = 300" >"$folder/stresstester.toml"

choose() { keys Space && typed a && await "$1" && typed "$2" && keys Enter; }

code_actions_offer_to_run_what_is_in_the_buffer() {
	await '24  \}' && typed '11GxdkP' && await '10 +lowest = min' && keys Space && typed a && await 'Run stress test' && keys Enter
}
the_finding_is_a_question_and_a_diagnostic_on_its_line() {
	await 'sol\.cpp: wrong answer' && await '^● +23 +cout << best_segment' && await 'Open difference' && shot helix-failure
}
the_difference_opens() {
	keys C-n && keys Enter && await 'Expected +│ Actual' && await '> 1 +-1 +│ > 1 +0' && shot helix-difference
}
the_repaired_program_has_no_diagnostic() {
	typed ':buffer-close' && keys Enter && await '24  \}' && typed 'u' && typed 'u' && await '10 +best = max' &&
		keys Space && typed a && await 'Run stress test' && keys Enter && await "no difference.*301 tests|301 tests.*no difference" && await_no "^● +23"
}
a_spec_is_checked() {
	typed ':open sol.spec' && keys Enter && typed 'i' && typed 'n: int 1..6' && keys Enter && typed 'a: int[m] 1..9' && keys Escape && await '^● +2 +a: int'
}

terminal "$folder" "$hx" sol.cpp
steps code_actions_offer_to_run_what_is_in_the_buffer the_finding_is_a_question_and_a_diagnostic_on_its_line \
	the_difference_opens the_repaired_program_has_no_diagnostic a_spec_is_checked
