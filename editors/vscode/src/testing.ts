/** Problems in the Test Explorer: generated tests and saved ones, with expected and actual output. */
import * as vscode from "vscode";
import { short } from "./format";
import { basename } from "./languages";
import type { Failure } from "./protocol";
import { failuresOf, textOf, type Run } from "./runs";
import type { Session } from "./session";

const generated = "generated";

export class Tests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController("stresstester", "Stress Tester");
  private readonly disposables: vscode.Disposable[] = [this.controller];
  private readonly open = new Map<string, { test: vscode.TestRun; done: () => void }>();

  constructor(
    private readonly session: Session,
    private readonly log: vscode.LogOutputChannel,
    /** Told of runs whose results show in the Test Explorer. */
    private readonly mine: (run: string) => void,
  ) {
    this.controller.resolveHandler = (item) => (item ? this.resolve(item) : this.discover());
    this.controller.refreshHandler = async () => {
      session.problems.stale();
      await this.discover();
    };
    this.controller.createRunProfile("Stress Test", vscode.TestRunProfileKind.Run, (request, token) => this.start(request, token), true, undefined, true);
    let timer: NodeJS.Timeout | undefined;
    this.disposables.push(
      session.problems.onChange(() => (timer ??= setTimeout(() => ((timer = undefined), void this.discover()), 200))),
      session.onRun(({ run, began, ended }) => {
        if (began) this.begin(run);
        if (ended) this.end(run);
      }),
      { dispose: () => clearTimeout(timer) },
    );
  }

  private async discover(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const problems = await this.session.problems.all();
    const { items } = this.controller;
    items.forEach((item) => {
      if (!problems.some((problem) => problem.uri === item.id)) items.delete(item.id);
    });
    for (const problem of problems) {
      const item = this.item(problem.uri);
      if (problem.room) this.fill(item, problem.room.tests);
    }
  }

  /** The item of a problem, made when it is missing. */
  private item(uri: string): vscode.TestItem {
    const known = this.controller.items.get(uri);
    if (known) return known;
    const file = vscode.Uri.parse(uri);
    const item = this.controller.createTestItem(uri, basename(file.path), file);
    const folder = vscode.Uri.joinPath(file, "..");
    const root = vscode.workspace.getWorkspaceFolder(file);
    if (root?.uri.toString() !== folder.toString()) item.description = vscode.workspace.asRelativePath(folder);
    item.range = new vscode.Range(0, 0, 0, 0);
    item.canResolveChildren = true;
    item.children.add(this.controller.createTestItem(generated, "generated tests"));
    this.controller.items.add(item);
    return item;
  }

  private async resolve(item: vscode.TestItem): Promise<void> {
    if (item.parent) return;
    try {
      const room = await this.session.problems.room(item.id);
      item.error = room.warnings.length > 0 ? undefined : item.error;
      this.fill(item, room.tests);
    } catch (error) {
      item.error = error instanceof Error ? error.message : String(error);
    }
  }

  private fill(item: vscode.TestItem, saved: { name: string; input: string }[]): void {
    const names = new Set(saved.map((test) => test.name));
    item.children.forEach((child) => {
      if (child.id !== generated && !names.has(child.id)) item.children.delete(child.id);
    });
    for (const test of saved) {
      if (item.children.get(test.name)) continue;
      const child = this.controller.createTestItem(test.name, test.name, vscode.Uri.parse(test.input));
      child.description = "saved";
      child.sortText = `0 ${test.name}`;
      item.children.add(child);
    }
  }

  /** Starts what the user asked the Test Explorer for; with "continuous" again at every save. */
  private async start(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const excluded = new Set(request.exclude?.map((item) => item.id));
    const included = (request.include ?? [...this.controller.items].map(([, item]) => item)).filter((item) => !excluded.has(item.id));
    if (request.continuous) {
      const uris = new Set(included.map((item) => (item.parent ?? item).id));
      await Promise.all([...uris].map((uri) => this.session.watch(uri, true)));
      token.onCancellationRequested(() => {
        for (const uri of uris) void this.session.watch(uri, false).catch((error: unknown) => this.log.debug(String(error)));
      });
      return;
    }
    const test = this.controller.createTestRun(request);
    const work = included.map((item) => this.startOne(item, test, token));
    await Promise.all(work);
    test.end();
  }

  private async startOne(item: vscode.TestItem, test: vscode.TestRun, token: vscode.CancellationToken): Promise<void> {
    const problem = item.parent ?? item;
    test.enqueued(item);
    try {
      const single = item.parent && item.id !== generated ? { test: item.id } : {};
      const over = new Promise<void>((resolve) => this.waiting.set(problem.id, { test, done: resolve }));
      const id = await this.session.run({ uri: problem.id, ...single });
      token.onCancellationRequested(() => this.session.stop({ run: id }));
      if (token.isCancellationRequested) await this.session.stop({ run: id });
      await over;
    } catch (error) {
      this.waiting.delete(problem.id);
      test.errored(item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)));
    }
  }

  /** Documents whose run was asked for by the Test Explorer and has not been told of yet. */
  private readonly waiting = new Map<string, { test: vscode.TestRun; done: () => void }>();

  private begin(run: Run): void {
    const item = this.item(run.uri);
    const waiting = this.waiting.get(run.uri);
    if (waiting) {
      this.waiting.delete(run.uri);
      this.mine(run.run);
    }
    // preserveFocus: the results view is ours, unless the Test Explorer was asked.
    const test = waiting?.test ?? this.controller.createTestRun(new vscode.TestRunRequest([item], undefined, undefined, false, true), basename(item.id));
    this.open.set(run.run, { test, done: waiting?.done ?? (() => test.end()) });
    test.started(item);
  }

  private end(run: Run): void {
    const entry = this.open.get(run.run);
    if (!entry) return;
    this.open.delete(run.run);
    const { test } = entry;
    const item = this.item(run.uri);
    const took = run.seconds * 1000;
    const failures = failuresOf(run);
    const passed = (one: vscode.TestItem) => test.passed(one, took);
    test.appendOutput(`${basename(decodeURIComponent(run.uri))}: ${run.error ?? run.result?.message ?? run.message ?? run.state}\r\n`);
    if (run.error) {
      test.errored(item, [], took); // The results view and a message say what to do.
    } else if (failures.length === 0) {
      const only = run.result?.tests === 1 && run.total <= 1;
      const target = item.children.get(generated);
      if (run.state === "stopped") {
        test.skipped(item);
      } else if (run.state === "failed") {
        test.errored(item, new vscode.TestMessage(run.result?.message ?? run.message ?? "the run failed"), took);
      } else {
        if (!only) {
          item.children.forEach(passed);
          if (target) target.description = short(run);
        }
        passed(item);
      }
    } else {
      for (const failure of failures) this.failed(test, item, run, failure, took);
    }
    void this.resolve(item)
      .catch((error: unknown) => this.log.debug(String(error)))
      .finally(() => entry.done());
  }

  private failed(test: vscode.TestRun, item: vscode.TestItem, run: Run, failure: Failure, took: number): void {
    const message = this.message(run, failure);
    const child = (failure.test_name && item.children.get(failure.test_name)) || item.children.get(generated);
    const divergence = ["WA", "PE", "RE", "TLE", "MLE", "OLE"].includes(failure.verdict);
    const one = child && failure.test_number > 0 ? child : item;
    if (divergence) test.failed(one, message, took);
    else test.errored(one, message, took);
    if (one !== item) test.failed(item, [], took);
    if (one.id === generated) one.description = short(run);
  }

  private message(run: Run, failure: Failure): vscode.TestMessage {
    const c = failure.counterexample;
    const text = c ? `${failure.message}\n\nInput:\n${textOf(c.input)}` : failure.message;
    const message = c && !textOf(c.transcript) ? vscode.TestMessage.diff(text, textOf(c.expected), textOf(c.actual)) : new vscode.TestMessage(text);
    const tested = vscode.Uri.parse(run.uri);
    if (failure.location && failure.location.line > 0) {
      const file = failure.location.file && basename(failure.location.file) !== basename(tested.path) ? vscode.Uri.joinPath(tested, "..", failure.location.file) : tested;
      message.location = new vscode.Location(file, new vscode.Position(failure.location.line - 1, Math.max(0, failure.location.column - 1)));
    } else {
      message.location = new vscode.Location(tested, new vscode.Position(0, 0));
    }
    return message;
  }

  /** The server is gone, and its runs with it. */
  lost(): void {
    for (const [id, entry] of this.open) {
      this.open.delete(id);
      entry.done();
    }
  }

  dispose(): void {
    this.lost();
    for (const disposable of this.disposables) disposable.dispose();
  }
}

