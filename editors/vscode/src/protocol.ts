/**
 * What the server's commands take and return, and what it tells by itself. The
 * reference is docs/protocol.md.
 */

/** Ids that the server advertises. The client library registers them with VS Code, so that nobody else may. */
export const command = {
  run: "stresstester.run",
  stop: "stresstester.stop",
  runs: "stresstester.runs",
  shrink: "stresstester.shrink",
  stats: "stresstester.stats",
  room: "stresstester.room",
  createFiles: "stresstester.createFiles",
  openCounterexample: "stresstester.openCounterexample",
  saveTest: "stresstester.saveTest",
  deleteTest: "stresstester.deleteTest",
  specPreview: "stresstester.spec.preview",
  doctor: "stresstester.doctor",
} as const;

export const notification = { run: "stresstester/run", status: "stresstester/status" } as const;

export type State = "compiling" | "running" | "confirming" | "shrinking" | "explaining" | "done" | "stopped" | "failed";
export type Role = "tested" | "brute" | "generator" | "spec" | "checker" | "validator" | "interactor";
export type Verdict =
  | "" | "OK" | "WA" | "PE" | "RE" | "TLE" | "MLE" | "OLE" | "CE"
  | "BRUTE_FAILED" | "GENERATOR_FAILED" | "VALIDATOR_REJECTED" | "CHECKER_FAILED";

/** Text that is not UTF-8 comes as base64. */
export type Text = string | { base64: string };

export interface Position {
  /** Counted from 1. */
  line: number;
  /** Bytes, counted from 1. */
  column: number;
}

export interface Difference {
  token_index: number;
  expected: Position;
  actual: Position;
  /** Empty where that output ends. */
  expected_token: string;
  actual_token: string;
  message: string;
}

export interface Counterexample {
  input: Text;
  expected: Text;
  actual: Text;
  stderr: Text;
  exit_code: number;
  signal: string;
  original_input: Text;
  oracle_runs: number;
  /** Relative to the tested file's folder; empty when it was not saved. */
  saved_as: string;
  comment?: string;
  difference?: Difference | null;
  /** An interactive problem's conversation. */
  transcript?: Text;
  minimality?: string;
  time_ms: number;
  memory_kb: number;
}

export interface Location {
  file: string;
  /** Counted from 1. */
  line: number;
  column: number;
  token_index: number;
  expected_token: string;
  actual_token: string;
  stack: { function: string; line: number }[] | null;
  note?: string;
}

export interface Failure {
  verdict: Verdict;
  /** Counted from 1; 0 when there was no test. */
  test_number: number;
  test_seed: number;
  test_name?: string;
  flaky: boolean;
  counterexample: Counterexample | null;
  location: Location | null;
  message: string;
}

export interface Compilation {
  role: Role;
  ok: boolean;
  cached: boolean;
  output: Text;
  seconds: number;
  message?: string;
}

export interface Result extends Failure {
  tests: number;
  seconds: number;
  tests_per_second: number;
  seed: number;
  failures: Failure[] | null;
  role?: Role;
  warnings: string[] | null;
  compilations?: Compilation[] | null;
  state: State;
}

export interface RunInfo {
  run: string;
  uri: string;
  state: State;
  verdict: Verdict;
  tests: number;
  tests_per_second: number;
  /** 0 where there is no limit. */
  total: number;
  seconds: number;
  message?: string;
  /** Whether a document that it read has changed since. */
  outdated: boolean;
}

export interface RunNotification extends RunInfo {
  seed: number;
  failures: number;
  compilation?: Compilation;
  failure?: Failure;
  warning?: string;
  result?: Result | null;
  error?: string;
}

export interface Stats extends RunInfo {
  progress: { seed: number; failures: number };
  result: Result | null;
  error?: string;
}

export interface StatusNotification {
  health: "ok" | "warning" | "error";
  phase: "idle" | "starting" | "ready" | "busy" | "broken" | "closed";
  message: string;
}

/** The command line's flags in snake case. */
export type Options = Record<string, string | number | boolean>;

export interface RunParams {
  uri: string;
  options?: Options;
  input?: string;
  test?: string;
  run?: string;
  failure?: number;
}

export interface SavedTest {
  name: string;
  input: string;
  answer: string;
}

export interface Room {
  name: string;
  role: Role;
  tested: string;
  dir: string;
  roles: Partial<Record<Role, string>>;
  missing: Role[];
  config: string;
  tests: SavedTest[];
  warnings: string[];
}

export interface Created {
  created: { role: Role; uri: string }[];
  existing: { role: Role; uri: string }[];
}

export interface CounterexampleDocuments {
  uri: string;
  input: string;
  expected: string;
  actual: string;
  shown: boolean;
}

export interface Finding {
  name: string;
  ok: boolean;
  detail: string;
  remedy?: string;
}

export interface Diagnosis {
  ok: boolean;
  findings: Finding[];
}

export interface SpecPreview {
  samples: { seed: number; input: Text }[];
  mistakes: { line: number; column: number; message: string }[];
  document?: string;
}
