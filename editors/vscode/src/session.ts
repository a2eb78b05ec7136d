/** One server's runs and what the user is looking at. The views show it; commands change it. */
import * as vscode from "vscode";
import { basename, helperOf, isProgram, testsFolder } from "./languages";
import { command, type Options, type RunNotification, type RunParams, type StatusNotification } from "./protocol";
import { Problems } from "./problems";
import { failuresOf, isOver, Runs, type Change, type Run } from "./runs";
import { Complaint, type Server } from "./server";

/** A failure of a run; what the results view shows. */
export interface Shown {
  run: string;
  failure: number;
}

export class Session implements vscode.Disposable {
  readonly runs = new Runs();
  readonly problems: Problems;
  /** How the sandbox stands, as the server told last. */
  status: StatusNotification | undefined;
  /** Documents whose run was asked for and is not answered yet. */
  readonly pending = new Set<string>();
  /** Problems that run again when one of their files is saved. */
  readonly watched = new Set<string>();
  shown: Shown | undefined;

  private readonly asked = new Map<string, RunParams>();
  private readonly shrinks = new Set<string>();
  private target: string | undefined;
  private readonly changes = new vscode.EventEmitter<Change>();
  private readonly looks = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changes, this.looks];

  /** A run has changed. */
  readonly onRun = this.changes.event;
  /** What is to be shown has changed: the target, what is pending, the sandbox, the failure that is looked at. */
  readonly onLook = this.looks.event;

  constructor(readonly server: Server) {
    this.problems = new Problems(server);
    this.disposables.push(
      this.problems,
      server.onRun((told) => this.take({ ...told, uri: canonical(told.uri) })),
      server.onStatus((told) => {
        this.status = told;
        this.looks.fire();
      }),
      server.onPhase((phase) => {
        if (phase === "off" || phase === "failed" || phase === "starting") {
          // The next server counts its runs from the beginning.
          this.runs.clear();
          this.asked.clear();
          this.shrinks.clear();
          this.shown = undefined;
          this.status = undefined;
          this.watched.clear();
          if (phase !== "starting") this.pending.clear();
        }
        this.looks.fire();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => void this.follow()),
      this.problems.onChange(() => void this.follow()),
      vscode.window.onDidChangeWindowState((state) => server.focus(state.focused)),
    );
  }

  private take(told: RunNotification): void {
    const change = this.runs.update(told);
    this.pending.delete(change.run.uri);
    if (change.began) {
      this.problems.add(change.run.uri);
      this.shown = { run: change.run.run, failure: 0 };
    }
    if (change.ended) this.problems.stale();
    this.changes.fire(change);
    if (change.began || change.ended) {
      this.setContexts(); // at once: the same keys start and stop
      void this.follow();
    }
  }

  /** Fetches what is known of a run that this window did not follow. */
  async fetch(id: string): Promise<Run> {
    const known = this.runs.get(id);
    if (known && (!isOver(known) || known.result || known.error)) return known;
    const stats = await this.server.execute(command.stats, { run: id });
    const change = this.runs.take({ ...stats, uri: canonical(stats.uri) });
    this.changes.fire(change);
    return change.run;
  }

  /** Shows a run's failure. */
  look(shown: Shown): void {
    this.shown = shown;
    this.looks.fire();
    this.setContexts();
  }

  /** The run that is shown, and its failure if it has one. */
  current(): { run: Run; failure: number } | undefined {
    const run = this.shown && this.runs.get(this.shown.run);
    return run && this.shown ? { run, failure: this.shown.failure } : undefined;
  }

  /** The document that commands are meant for: the active one, or the one before if that is no program. */
  get document(): string | undefined {
    return this.target;
  }

  /** The last run that has to do with the document that commands are meant for. */
  lastRun(): Run | undefined {
    return this.target === undefined ? undefined : this.runs.last(this.target);
  }

  private generation = 0;

  /** Takes the active document as the target if it can be one. */
  async follow(): Promise<void> {
    const generation = ++this.generation;
    const document = vscode.window.activeTextEditor?.document;
    let program = false;
    let problem = false;
    if (document?.uri.scheme === "file" && !document.uri.path.includes(`/${testsFolder}/`)) {
      const name = basename(document.uri.path);
      const helper = helperOf(name);
      if (helper || isProgram(name)) {
        program = true;
        const uri = document.uri.toString();
        // Before anything is waited for: the next key may mean it already.
        if (!helper) this.target = uri;
        problem = helper !== undefined || this.runs.last(uri) !== undefined || (await this.problems.belongs(document.uri));
        if (generation !== this.generation) return;
        if (helper) {
          const tested = await this.testedBy(document.uri, helper.problem);
          if (generation !== this.generation) return;
          this.target = tested ?? uri;
        }
        const server = vscode.workspace.getConfiguration("stresstester").get<string>("server.autostart", "auto");
        if ((server === "always" || (server === "auto" && problem)) && this.server.phase === "off" && vscode.workspace.isTrusted && !this.stoppedByHand) {
          this.server.start().catch((error: unknown) => this.server.log.error(String(error)));
        }
      }
    }
    this.program = program;
    this.problem = problem;
    this.looks.fire();
    this.setContexts();
  }

  /** The user stopped the server: only a command starts it again. */
  stoppedByHand = false;
  private program = false;
  private problem = false;

  /** The file that a helper helps to test: the one of the last run in its folder, or the first that fits. */
  private async testedBy(helper: vscode.Uri, named: string): Promise<string | undefined> {
    const folder = vscode.Uri.joinPath(helper, "..").toString();
    const beside = (uri: string) => vscode.Uri.joinPath(vscode.Uri.parse(uri), "..").toString() === folder;
    if (this.target && beside(this.target) && !helperOf(basename(this.target))) return this.target;
    const run = this.runs.all().find((one) => beside(one.uri));
    if (run) return run.uri;
    const candidates = (await this.problems.all()).filter((one) => beside(one.uri));
    return (candidates.find((one) => basename(one.file.path).startsWith(`${named}.`)) ?? candidates[0])?.uri;
  }

  private contexts = new Map<string, unknown>();

  private setContexts(): void {
    const last = this.lastRun();
    const shown = this.current();
    const failure = (shown ? failuresOf(shown.run)[shown.failure] : undefined) ?? (last ? failuresOf(last)[0] : undefined);
    const values: Record<string, unknown> = {
      program: this.program,
      problem: this.problem,
      running: this.target === undefined ? this.runs.active().length > 0 : this.pending.has(this.target) || (last !== undefined && !isOver(last)),
      anyRunning: this.pending.size > 0 || this.runs.active().length > 0,
      hasFailure: Boolean(failure?.counterexample),
      ran: this.contexts.get("ran") === true || this.runs.all().some(isOver),
      healthy: this.status?.phase === "ready" || this.status?.phase === "busy",
      watched: this.target !== undefined && this.watched.has(this.target),
    };
    for (const [key, value] of Object.entries(values)) {
      if (this.contexts.get(key) === value) continue;
      this.contexts.set(key, value);
      void vscode.commands.executeCommand("setContext", `stresstester.${key}`, value);
    }
  }

  /** The document that a command is meant for, or a complaint that says what to do. */
  need(uri?: string): string {
    const document = uri ?? this.target;
    if (document !== undefined) return document;
    const active = vscode.window.activeTextEditor?.document;
    if (active?.isUntitled) throw new Complaint("save the document first: a stress test looks for the brute force and the generator in its folder");
    throw new Complaint("open the solution that is to be tested first");
  }

  /** Settings of the user for the document's runs. */
  private settings(uri: string): Options {
    const configuration = vscode.workspace.getConfiguration("stresstester.run", vscode.Uri.parse(uri));
    const options: Record<string, string | number> = {};
    const names = { tests: "tests", time: "time", seed: "seed", jobs: "jobs", timeLimit: "time_limit", memoryLimit: "memory_limit", compare: "compare", keepGoing: "keep_going" };
    for (const [setting, option] of Object.entries(names)) {
      const value = configuration.get<string | number | null>(setting);
      if (value !== null && value !== undefined && value !== "") options[option] = value;
    }
    return options as Options;
  }

  /** Starts a run, and shows at once that it will. Returns its id. */
  async run(params: RunParams, kind: "run" | "shrink" = "run"): Promise<string> {
    this.pending.add(params.uri);
    this.looks.fire();
    this.setContexts();
    try {
      const options = { ...this.settings(params.uri), ...params.options };
      const sent = { ...params, options };
      const { run } = await this.server.execute(kind === "run" ? command.run : command.shrink, sent);
      this.asked.set(run, params);
      if (kind === "shrink") this.shrinks.add(run);
      const onSave = vscode.workspace.getConfiguration("stresstester.run", vscode.Uri.parse(params.uri)).get("onSave", false);
      if (onSave && !this.watched.has(params.uri)) await this.watch(params.uri, true);
      return run;
    } finally {
      this.pending.delete(params.uri);
      this.looks.fire();
      this.setContexts();
    }
  }

  /** Runs again what a run did, on the texts as they are now. */
  async again(id: string): Promise<string> {
    const params = this.asked.get(id) ?? { uri: this.need(this.runs.get(id)?.uri) };
    return this.run(params, this.shrinks.has(id) ? "shrink" : "run");
  }

  /** Stops a run, those of a document, or all. Returns how many there were. */
  async stop(what: { run?: string; uri?: string }): Promise<number> {
    const { stopped } = await this.server.execute(command.stop, what);
    return stopped.length;
  }

  /** Begins or ends running a problem whenever one of its files is saved. */
  async watch(uri: string, on: boolean): Promise<void> {
    const result = await this.server.execute(command.watch, { uri, on, options: this.settings(uri) });
    if (result.on) this.watched.add(canonical(result.uri));
    else this.watched.delete(canonical(result.uri));
    this.problems.stale();
    this.looks.fire();
    this.setContexts();
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** A URI as VS Code spells it. */
export function canonical(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}
