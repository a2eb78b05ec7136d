#!/usr/bin/env bash
# Runs the tests of the Neovim plugin in real Neovims, 0.10 and 0.12, against the
# real server and the real sandbox: headless, and in a terminal that a user types
# into. `make e2e` fetches and builds what they need.
#
#   neovim.sh              all tests
#   neovim.sh story stop   those of editors/neovim/tests/{story,stop}_test.lua
#   neovim.sh terminal     the one in a terminal
#
# NVIM_BIN names another Neovim to test instead. The exit status is 1 if a test
# failed.
set -euo pipefail
script=neovim.sh
# shellcheck source=tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
# shellcheck source=terminal.sh
. testing_env/e2e/terminal.sh
plugin=$top/editors/neovim
sandbox
export PATH=$top/bin:$PATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ $# -gt 0 ] || set -- options enable health story stop missing spec browser engine terminal

# headless NAME HOME runs a file of tests.
headless() {
	local test=$plugin/tests/$1_test.lua
	[ -f "$test" ] || fail "there is no $test"
	STRESSTESTER_TEST=$test timeout --kill-after=10 170 \
		"$nvim" --headless -n -i NONE -u "$plugin/tests/init.lua" -c "luafile $plugin/tests/run.lua" </dev/null || {
		tail -n 20 "$2/state/nvim/lsp.log" 2>/dev/null || true
		return 1
	}
}

# in_a_terminal HOME plays a user who finds, looks at and mends a mistake.
in_a_terminal() {
	local folder=$1/best-segment status=0
	mkdir "$folder"
	cp examples/max-subarray/{brute.py,gen.cpp} "$folder"
	cp examples/max-subarray/fixed.cpp "$folder/sol.cpp"
	terminal "$folder" "$nvim" -n -i NONE -u "$plugin/tests/init.lua" \
		-c 'set laststatus=2 statusline=%f%=%{%v:lua.require(\"stresstester\").statusline()%}' sol.cpp
	steps a_run_without_an_end_shows_its_counters_in_the_status_line stop_ends_it \
		the_mistake_is_in_the_buffer_only the_run_finds_it_and_a_window_shows_input_and_outputs \
		the_line_that_printed_the_wrong_answer_is_marked the_difference_opens_and_q_closes_it \
		the_quickfix_list_leads_to_the_line the_repaired_program_passes_with_the_saved_failure || status=1
	end_terminal
	return $status
}

a_run_without_an_end_shows_its_counters_in_the_status_line() {
	await 'sol\.cpp' && typed ':StressTester run tests=0' && keys Enter && await 'stress [1-9][0-9.k]* \([0-9.k]+/s\)' && shot neovim-running
}
stop_ends_it() { typed ':StressTester stop' && keys Enter && await 'stopped [0-9.k]+ tests'; }
the_mistake_is_in_the_buffer_only() {
	# Line 11 goes above line 10: the sum is compared with itself.
	typed ':11move 9' && keys Enter && typed ':set modified?' && keys Enter && await '^ +modified' &&
		grep -A1 'best = max(best, sum - lowest)' "$folder/sol.cpp" | grep -q 'lowest = min'
}
the_run_finds_it_and_a_window_shows_input_and_outputs() {
	typed ':StressTester run' && keys Enter && await 'sol\.cpp: wrong answer' && await '^Input \(\.stresstester/sol/wa-1\.in\)' &&
		await '^Expected' && await '^Actual' && await 'WA test [0-9]+' && await 'first difference' && shot neovim-failure
}
the_line_that_printed_the_wrong_answer_is_marked() {
	typed ':23' && keys Enter && await '^E .*cout << best_segment'
}
the_difference_opens_and_q_closes_it() {
	typed ':StressTester diff' && keys Enter && await 'expected ↔ actual \(WA\)' && await ' 1 -1 .*│.* 1 0' && shot neovim-difference && keys q && await_no 'expected ↔ actual'
}
the_quickfix_list_leads_to_the_line() {
	typed 'gg' && typed ':cc 1' && keys Enter && typed ':echo "line" line(".")' && keys Enter && await '^line 23'
}
the_repaired_program_passes_with_the_saved_failure() {
	typed ':undo' && keys Enter && typed ':StressTester run tests=300' && keys Enter && await 'OK 301 tests' && await_no '^E .*cout'
}

status=0
for nvim in ${NVIM_BIN:-"$cache/nvim-0.10" "$cache/nvim-0.12"}; do
	"$nvim" --clean --headless -c "if has('nvim-0.10') | qall | else | cquit | endif" >/dev/null 2>&1 ||
		fail "$nvim is no Neovim 0.10 or newer; run testing_env/e2e/setup.sh"
	say "$("$nvim" --version | head -n 1), $(bin/stresstester version)"
	for name in "$@"; do
		home=$scratch/$name
		rm -rf "$home"
		mkdir -p "$home"/{config,data,state,cache,run,tmp}
		echo "-- $name"
		(
			# Nothing of the user's own Neovim is read or written, and the daemon is the
			# test's own.
			export STRESSTESTER_DAEMON_IDLE=5s STRESSTESTER_COMPANION=off STRESSTESTER_PLUGIN=$plugin
			export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state
			export XDG_CACHE_HOME=$home/cache XDG_RUNTIME_DIR=$home/run TMPDIR=$home/tmp NVIM_LOG_FILE=$home/nvim.log
			case $name in
			browser) STRESSTESTER_COMPANION=$(free_port) ;;
			engine) export DOCKER_HOST=unix:///nonexistent/docker.sock ;;
			esac
			ended=0
			case $name in
			terminal) in_a_terminal "$home" || ended=1 ;;
			*) headless "$name" "$home" || ended=1 ;;
			esac
			bin/stresstester daemon stop >/dev/null || true
			exit $ended
		) || status=1
	done
done
exit $status
