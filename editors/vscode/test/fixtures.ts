/** A run and what it found, as the server tells them. */
import type { Failure, Result, RunNotification } from "../src/protocol";

export function told(more: Partial<RunNotification> = {}): RunNotification {
  return { run: "1", uri: "file:///p/sol.cpp", state: "running", verdict: "", tests: 120, tests_per_second: 800, total: 10000, seconds: 0.2, outdated: false, seed: 121, failures: 0, ...more };
}

export const failure: Failure = {
  verdict: "WA", test_number: 59, test_seed: 59, flaky: false, message: "wrong answer (token 1: expected -1, got 0) on test 59 (seed 59)",
  location: { file: "sol.cpp", line: 23, column: 5, token_index: 0, expected_token: "-1", actual_token: "0", stack: [] },
  counterexample: {
    input: "1\n-1\n", expected: "-1\n", actual: "0\n", stderr: "", exit_code: 0, signal: "", original_input: "4\n-1 -2 -3 -4\n", oracle_runs: 7, saved_as: ".stresstester/sol/wa-1.in",
    difference: { token_index: 0, expected: { line: 1, column: 1 }, actual: { line: 1, column: 1 }, expected_token: "-1", actual_token: "0", message: "token 1: expected -1, got 0" },
    time_ms: 1.2, memory_kb: 3584,
  },
};

export const result: Result = { ...failure, event: "result", tests: 59, seconds: 0.4, tests_per_second: 900, seed: 1, failures: [failure], role: "tested", warnings: [], state: "done" };
