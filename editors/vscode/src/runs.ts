/** What the server has told of its runs. Knows nothing of VS Code. */
import type { Compilation, Counterexample, Failure, RunInfo, RunNotification, StatsResult, Text } from "./protocol";

/** A run: everything that was told of it so far. What is told once stays. */
export interface Run extends RunNotification {
  compilations: Compilation[];
  warnings: string[];
}

/** What an update changed. */
export interface Change {
  run: Run;
  /** The run was not known before. */
  began: boolean;
  /** The run has just ended. */
  ended: boolean;
}

export function isOver(run: Pick<RunInfo, "state">): boolean {
  return run.state === "done" || run.state === "stopped" || run.state === "failed";
}

/** Keeps the runs of one server. */
export class Runs {
  private readonly byId = new Map<string, Run>();
  /** The newest run's id by document. */
  private readonly newest = new Map<string, string>();

  /** Takes a stresstester/run notification. A new run becomes its document's last. */
  update(told: RunNotification): Change {
    const before = this.byId.get(told.run);
    const run: Run = {
      ...before,
      ...told,
      compilations: before?.compilations ?? [],
      warnings: before?.warnings ?? [],
    };
    if (told.compilation) run.compilations = [...run.compilations.filter((c) => c.role !== told.compilation?.role), told.compilation];
    if (told.warning) run.warnings = [...run.warnings, told.warning];
    if (!told.result && before?.result) run.result = before.result;
    this.byId.set(run.run, run);
    if (!before) this.newest.set(run.uri, run.run);
    return { run, began: !before, ended: isOver(run) && !(before && isOver(before)) };
  }

  /** Takes the answer to stresstester.stats. */
  take(stats: StatsResult): Change {
    const { progress, result, ...info } = stats;
    return this.update({ ...info, seed: progress.seed, failures: progress.failures, ...(result ? { result } : {}) });
  }

  get(id: string): Run | undefined {
    return this.byId.get(id);
  }

  /** The document's last run. */
  last(uri: string): Run | undefined {
    const id = this.newest.get(uri);
    return id === undefined ? undefined : this.byId.get(id);
  }

  /** All runs, the newest first. */
  all(): Run[] {
    return [...this.byId.values()].reverse();
  }

  active(): Run[] {
    return this.all().filter((run) => !isOver(run));
  }

  /** The server is gone: the next one counts its runs from the beginning. */
  clear(): void {
    this.byId.clear();
    this.newest.clear();
  }
}

/** The failures found so far. */
export function failuresOf(run: Pick<Run, "result" | "failure">): Failure[] {
  const { result } = run;
  if (!result) return run.failure ? [run.failure] : [];
  if (result.failures && result.failures.length > 0) return result.failures;
  return result.verdict !== "" && result.verdict !== "OK" ? [result] : [];
}

/** The failure of the number, if it has a counterexample. */
export function counterexampleOf(run: Pick<Run, "result" | "failure">, failure: number): Counterexample | undefined {
  return failuresOf(run)[failure]?.counterexample ?? undefined;
}

/** A text of the protocol as a string. Bytes that are no UTF-8 become replacement characters. */
export function textOf(text: Text | null | undefined): string {
  if (text === null || text === undefined) return "";
  return typeof text === "string" ? text : Buffer.from(text.base64, "base64").toString("utf8");
}
