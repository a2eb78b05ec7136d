/** Runs in a few words. Knows nothing of VS Code. */
import type { Result, Role, RunInfo, State } from "./protocol";
import { isOver } from "./runs";

export const roleTitles: Record<Role, string> = {
  tested: "Solution",
  brute: "Brute force",
  generator: "Generator",
  spec: "Spec",
  checker: "Checker",
  validator: "Validator",
  interactor: "Interactor",
};

/** The order in which roles are shown. */
export const roleOrder: Role[] = ["tested", "brute", "generator", "spec", "checker", "validator", "interactor"];

const stateTitles: Record<State, string> = {
  compiling: "compiling",
  running: "running",
  confirming: "confirming",
  shrinking: "making it smaller",
  explaining: "looking for the line",
  done: "done",
  stopped: "stopped",
  failed: "failed",
};

export function stateTitle(state: State): string {
  return stateTitles[state] ?? state;
}

/** 950, 9,500, 12.3k, 1.2M: short, and of about the same width. */
export function count(n: number): string {
  n = Math.floor(n);
  if (n < 10_000) return n.toLocaleString("en-US");
  if (n < 999_950) return `${(n / 1000).toFixed(1)}k`;
  return `${(n / 1e6).toFixed(1)}M`;
}

/** A number of tests in full. */
export function tests(n: number): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? "test" : "tests"}`;
}

/** 12 ms, 0.8 s, 75 s, 3 min 5 s. */
export function seconds(s: number): string {
  if (s < 0.1) return `${Math.max(1, Math.round(s * 1000))} ms`;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.round(s)} s`;
  return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}

/** The run in the status bar, without an icon. */
export function short(run: RunInfo & { result?: Result; error?: string }): string {
  if (!isOver(run)) {
    if (run.state === "running" && run.tests > 0) {
      const done = run.total > 0 ? `${count(run.tests)} of ${count(run.total)}` : count(run.tests);
      return run.tests_per_second > 0 ? `${done}, ${count(run.tests_per_second)}/s` : done;
    }
    return stateTitle(run.state);
  }
  const mark = run.outdated ? " (outdated)" : "";
  if (run.error) return `no sandbox${mark}`;
  if (run.verdict !== "" && run.verdict !== "OK") {
    const number = run.result?.test_number ?? 0;
    const name = run.result?.test_name;
    const where = name ? ` on ${name}` : number > 0 ? ` on test ${number}` : "";
    return `${run.verdict.toLowerCase().includes("_") ? words(run.verdict) : run.verdict}${where}${mark}`;
  }
  return run.state === "stopped" ? `stopped after ${count(run.tests)}${mark}` : `OK, ${count(run.tests)} ${run.tests === 1 ? "test" : "tests"}${mark}`;
}

/** BRUTE_FAILED as people say it. */
export function words(verdict: string): string {
  const text: Record<string, string> = {
    OK: "no difference",
    WA: "wrong answer",
    PE: "presentation error",
    RE: "runtime error",
    TLE: "time limit exceeded",
    MLE: "memory limit exceeded",
    OLE: "output limit exceeded",
    CE: "does not compile",
    BRUTE_FAILED: "brute force failed",
    GENERATOR_FAILED: "generator failed",
    VALIDATOR_REJECTED: "input rejected",
    CHECKER_FAILED: "checker failed",
  };
  return text[verdict] ?? verdict;
}

/** A list as people write it. */
export function list(items: string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
