/** The commands of the palette, the menus and the keys. Their ids differ from the server's, which belong to the client library. */
import * as vscode from "vscode";
import { list, roleOrder, roleTitles, short, tests } from "./format";
import { basename, helperOf, languages } from "./languages";
import { mistakeOf, parseOptions } from "./options";
import type { ActionName } from "./page";
import { command, type Diagnosis, type DiffNotification, type Role, type RoomResult, type RunParams, type SaveTestParams } from "./protocol";
import type { DoctorPanel, ResultsView } from "./results";
import { counterexampleOf, failuresOf, isOver, type Run } from "./runs";
import { Complaint, type Server } from "./server";
import { canonical, type Session, type Shown } from "./session";
import type { Node } from "./tree";

/** What commands may get: a line of the tree, a file of the explorer, or nothing. */
type Argument = Node | vscode.Uri | undefined;

const roleHelp: Partial<Record<Role, string>> = {
  brute: "slow and surely right",
  generator: "a program that prints one random input for the seed it is given",
  spec: "describes the input in a few lines; needs no generator",
  checker: "judges outputs where several answers are right",
  validator: "judges whether an input is allowed",
  interactor: "the other side of an interactive problem",
};

const sources: Record<string, string> = {
  cpp: "#include <bits/stdc++.h>\nusing namespace std;\n\nint main() {\n    int n;\n    cin >> n;\n    vector<long long> a(n);\n    for (auto& x : a) cin >> x;\n\n    cout << 0 << '\\n';\n}\n",
  py: "n = int(input())\na = list(map(int, input().split()))\n\nprint(0)\n",
  java: "import java.util.*;\n\npublic class Sol {\n    public static void main(String[] args) {\n        Scanner in = new Scanner(System.in);\n        int n = in.nextInt();\n\n        System.out.println(0);\n    }\n}\n",
  c: "#include <stdio.h>\n\nint main(void) {\n    int n;\n    if (scanf(\"%d\", &n) != 1) return 1;\n\n    printf(\"%d\\n\", 0);\n}\n",
};

export class Commands implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly server: Server,
    private readonly session: Session,
    private readonly doctorPanel: DoctorPanel,
  ) {}

  /** The results view, which is made after the commands because it calls them. */
  results!: ResultsView;
  refresh!: () => void;
  private readonly samples = new Samples();

  register(): void {
    const all: Record<string, (argument: Argument) => unknown> = {
      run: (a) => this.run(a),
      runWith: (a) => this.runWith(a),
      stop: (a) => this.stop(a),
      stopAll: () => this.session.stop({}),
      rerun: () => this.rerun(),
      rerunTest: (a) => this.rerunTest(a),
      openDifference: (a) => this.openDifference(a),
      openInput: (a) => this.openInput(a),
      explain: (a) => this.explain(a),
      shrink: (a) => this.shrink(a),
      saveTest: (a) => this.saveTest(a),
      addTest: (a) => this.addTest(a),
      deleteTest: (a) => this.deleteTest(a),
      create: (a) => this.create(a),
      newProblem: () => this.newProblem(),
      specPreview: () => this.specPreview(),
      results: (a) => this.showResults(a),
      runs: () => this.pickRun(),
      doctor: () => this.doctor(),
      buildImage: () => this.buildImage(),
      start: () => this.startServer(),
      restart: () => this.restart(),
      stopServer: () => this.stopServer(),
      version: () => this.version(),
      logs: () => this.server.log.show(),
      walkthrough: () => vscode.commands.executeCommand("workbench.action.openWalkthrough", `${this.context.extension.id}#start`, false),
      settings: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:stresstester.stresstester"),
      refresh: () => this.refresh(),
      watch: (a) => this.watch(a, true),
      unwatch: (a) => this.watch(a, false),
    };
    for (const [name, handler] of Object.entries(all)) {
      this.disposables.push(vscode.commands.registerCommand(`stresstester.ui.${name}`, (argument: Argument) => this.guard(() => handler(argument))));
    }
    this.disposables.push(this.samples);
    this.server.intercept = (name, argument) => this.intercept(name, argument);
  }

  /** Carries out, and says what went wrong in a way that leads on. */
  private async guard(action: () => unknown): Promise<unknown> {
    try {
      return await action();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.server.log.error(text, error instanceof Complaint ? "" : error instanceof Error ? (error.stack ?? "") : "");
      void this.complain(text);
      return undefined;
    }
  }

  /** An error with the ways out of it. */
  async complain(text: string): Promise<void> {
    const check = "Check Installation";
    const log = "Show Log";
    const settings = "Open Settings";
    const ways = this.server.phase === "failed" ? [settings, log] : /docker|podman|image|sandbox|engine/i.test(text) ? [check, log] : [log];
    const choice = await vscode.window.showErrorMessage(`Stress Tester: ${text.replace(/^Stress Tester: /, "")}`, ...ways);
    if (choice === check) await this.doctor();
    else if (choice === log) this.server.log.show();
    else if (choice === settings) await vscode.commands.executeCommand("workbench.action.openSettings", "stresstester.server");
  }

  /** Commands of code lenses and quick fixes whose answer is to be seen in our views. */
  private intercept(name: string, argument: unknown): Thenable<unknown> | undefined {
    const params = (argument ?? {}) as RunParams & { roles?: Role[] };
    switch (name) {
      case command.run:
        return this.guard(() => this.session.run({ ...params, uri: canonical(params.uri) }));
      case command.shrink:
        return this.guard(() => this.session.run({ ...params, uri: canonical(params.uri) }, "shrink"));
      case command.stats:
        return params.run === undefined ? undefined : this.guard(() => this.showRun(params.run as string, 0));
      case command.watch: {
        const uri = canonical(params.uri);
        return this.guard(() => this.session.watch(uri, (argument as { on?: boolean }).on ?? !this.session.watched.has(uri)));
      }
      case command.doctor:
        return this.guard(() => this.doctor());
      case command.room:
        return this.guard(() => vscode.window.showTextDocument(vscode.Uri.parse(params.uri)));
      case command.createFiles:
        return this.guard(() => this.createRoles(params.uri, params.roles ?? []));
      case command.saveTest:
        return this.guard(() => this.save({ uri: params.uri, run: params.run, failure: params.failure }));
      case command.deleteTest:
        return this.guard(() => this.deleteNamed(params.uri, params.test ?? ""));
      default:
        return undefined;
    }
  }

  /** The document that a command is meant for. */
  private uriOf(argument: Argument): string {
    if (argument instanceof vscode.Uri) return argument.toString();
    if (argument?.kind === "problem") return argument.problem.uri;
    if (argument && "uri" in argument) return canonical(argument.uri);
    return this.session.need();
  }

  private async run(argument: Argument): Promise<void> {
    const uri = this.uriOf(argument);
    if (argument && !(argument instanceof vscode.Uri) && argument.kind === "test") {
      await this.session.run({ uri, test: argument.test.name });
      return;
    }
    await this.runOrOffer({ uri });
  }

  /** Runs, or offers to create what is missing. */
  private async runOrOffer(params: RunParams): Promise<void> {
    this.session.pending.add(params.uri);
    this.session.look(this.session.shown ?? { run: "", failure: 0 });
    let room: RoomResult;
    try {
      room = await this.session.problems.room(params.uri);
    } finally {
      this.session.pending.delete(params.uri);
      this.session.look(this.session.shown ?? { run: "", failure: 0 });
    }
    const named = new Set(Object.keys(params.options ?? {}).map((option) => (option === "gen" ? "generator" : option)));
    const missing = roleOrder.filter((role) => room.missing.includes(role) && !named.has(role));
    if (missing.length > 0) {
      const what = list(missing.map((role) => roleTitles[role].toLowerCase()));
      const create = "Create…";
      const choice = await vscode.window.showWarningMessage(`${basename(vscode.Uri.parse(room.tested).path)} cannot be tested yet: there is no ${what.replace(" and ", " and no ")}.`, create);
      if (choice === create) await this.createFor(room);
      return;
    }
    await this.session.run({ ...params, uri: canonical(room.tested) });
  }

  private async runWith(argument: Argument): Promise<void> {
    const uri = this.uriOf(argument);
    const key = `runWith ${uri}`;
    const text = await vscode.window.showInputBox({
      title: "Run Stress Test With…",
      prompt: "Options of the command line: tests, time, seed, jobs, time_limit, memory_limit, compare, keep_going, no_shrink, gen_args, …",
      placeHolder: "tests=500 seed=7 time_limit=1s",
      value: this.context.workspaceState.get(key, ""),
      validateInput: (value) => mistakeOf(value),
    });
    if (text === undefined) return;
    await this.context.workspaceState.update(key, text);
    await this.runOrOffer({ uri, options: parseOptions(text) });
  }

  private async stop(argument: Argument): Promise<void> {
    if (argument) {
      await this.session.stop({ uri: this.uriOf(argument) });
      return;
    }
    const last = this.session.lastRun();
    const shown = this.session.current()?.run;
    const run = [last, shown, ...this.session.runs.active()].find((one) => one && !isOver(one));
    if (run) await this.session.stop({ run: run.run });
    else if (this.session.pending.size > 0) await this.session.stop({});
    else void vscode.window.setStatusBarMessage("$(info) No stress test is running", 3000);
  }

  private shownRun(): { run: Run; failure: number } {
    const current = this.session.current();
    if (current) return current;
    const last = this.session.lastRun();
    if (last) return { run: last, failure: 0 };
    throw new Complaint("nothing has run yet");
  }

  /** The failure that a command is meant for: that of the tree's line, or the one that is shown, or the last one found. */
  private failure(argument: Argument): Shown & { found: Run } {
    if (argument && !(argument instanceof vscode.Uri) && argument.kind === "failure") {
      const found = this.session.runs.get(argument.run);
      if (found) return { run: argument.run, failure: argument.failure, found };
    }
    const current = this.session.current();
    const candidates = [current, ...[this.session.lastRun(), ...this.session.runs.all()].map((run) => (run ? { run, failure: 0 } : undefined))];
    for (const one of candidates) if (one && counterexampleOf(one.run, one.failure)) return { run: one.run.run, failure: one.failure, found: one.run };
    throw new Complaint("no counterexample was found yet: run a stress test first");
  }

  private async rerun(): Promise<void> {
    const { run } = this.shownRun();
    await this.session.again(run.run);
  }

  private async rerunTest(argument: Argument): Promise<void> {
    const { run, failure, found } = this.failure(argument);
    await this.session.run({ uri: found.uri, run, failure });
  }

  private async openDifference(argument: Argument): Promise<void> {
    const { run, failure } = this.failure(argument);
    this.session.look({ run, failure });
    await this.server.execute(command.openDifference, { run, failure });
  }

  /** Shows two outputs beside each other, because the server was asked to. */
  async showDifference(told: DiffNotification): Promise<void> {
    const known = this.session.runs.get(told.run);
    const row = (known && counterexampleOf(known, told.failure)?.difference?.actual.line) || 1;
    const at = new vscode.Position(row - 1, 0);
    await vscode.commands.executeCommand("vscode.diff", vscode.Uri.parse(told.expected), vscode.Uri.parse(told.actual), told.title, {
      preview: true,
      selection: new vscode.Range(at, at),
    } satisfies vscode.TextDocumentShowOptions);
  }

  private async explain(argument: Argument): Promise<void> {
    const { run, failure } = this.failure(argument);
    await this.server.execute(command.explain, { run, failure });
  }

  private async openInput(argument: Argument): Promise<void> {
    const { run, failure } = this.failure(argument);
    await this.server.execute(command.openCounterexample, { run, failure, part: "input" });
  }

  private async shrink(argument: Argument): Promise<void> {
    const { run, failure, found } = this.failure(argument);
    await this.session.run({ uri: found.uri, run, failure }, "shrink");
  }

  private async saveTest(argument: Argument): Promise<void> {
    const { run, failure, found } = this.failure(argument);
    await this.save({ uri: found.uri, run, failure });
  }

  private async save(params: SaveTestParams): Promise<void> {
    const saved = await this.server.execute(command.saveTest, params);
    this.session.problems.stale();
    void vscode.window.setStatusBarMessage(`$(save) Saved as test ${saved.name}`, 4000);
  }

  private async addTest(argument: Argument): Promise<void> {
    const uri = this.uriOf(argument);
    const input = await vscode.window.showInputBox({ title: "Add a Test", prompt: "The input; write a line break as \\n. The brute force answers it.", placeHolder: "3\\n1 2 3" });
    if (input === undefined) return;
    await this.save({ uri, input: `${input.replace(/\\n/g, "\n").replace(/\n+$/, "")}\n` });
  }

  private async deleteTest(argument: Argument): Promise<void> {
    const uri = this.uriOf(argument);
    if (argument && !(argument instanceof vscode.Uri) && argument.kind === "test") {
      await this.deleteNamed(uri, argument.test.name);
      return;
    }
    const room = await this.session.problems.room(uri);
    if (room.tests.length === 0) throw new Complaint(`${room.name} has no saved tests`);
    const choice = await vscode.window.showQuickPick(room.tests.map((test) => test.name), { title: "Delete a Saved Test", placeHolder: "It is moved to .stresstester's trash" });
    if (choice) await this.deleteNamed(uri, choice);
  }

  private async deleteNamed(uri: string, test: string): Promise<void> {
    const deleted = await this.server.execute(command.deleteTest, { uri, test });
    this.session.problems.stale();
    void vscode.window.setStatusBarMessage(`$(trash) Test ${deleted.test} is in the trash`, 4000);
  }

  private async create(argument: Argument): Promise<void> {
    if (argument && !(argument instanceof vscode.Uri) && argument.kind === "missing") {
      await this.createRoles(argument.uri, [argument.role]);
      return;
    }
    await this.createFor(await this.session.problems.room(this.uriOf(argument)));
  }

  /** Asks which files to create, with what is missing chosen already. */
  private async createFor(room: RoomResult): Promise<void> {
    const roles: Role[] = ["brute", "generator", "spec", "checker", "validator", "interactor"];
    const items = roles
      .filter((role) => room.roles[role] === undefined)
      .map((role) => ({ label: roleTitles[role], description: roleHelp[role] ?? "", picked: room.missing.includes(role), role }));
    if (items.length === 0) throw new Complaint(`${room.name} has a file for every role`);
    const chosen = await vscode.window.showQuickPick(items, { title: `Create Files for ${basename(vscode.Uri.parse(room.tested).path)}`, placeHolder: "Which files to create from templates", canPickMany: true });
    if (chosen && chosen.length > 0) await this.createRoles(room.tested, chosen.map((item) => item.role));
  }

  private async createRoles(uri: string, roles: Role[]): Promise<void> {
    const { created } = await this.server.execute(command.createFiles, roles.length > 0 ? { uri, roles } : { uri });
    this.session.problems.stale();
    for (const { uri: file } of created.slice(1)) await vscode.window.showTextDocument(vscode.Uri.parse(file), { preview: false, preserveFocus: true, viewColumn: vscode.ViewColumn.Active });
    if (created.length > 0 && created[0]) await vscode.window.showTextDocument(vscode.Uri.parse(created[0].uri), { preview: false });
  }

  /** A folder with a first solution and its helpers. */
  private async newProblem(): Promise<void> {
    const root = await this.rootFolder();
    if (!root) return;
    const name = await vscode.window.showInputBox({
      title: "New Problem",
      prompt: `Its folder in ${basename(root.path)}`,
      placeHolder: "a-plus-b",
      validateInput: (value) => (value === "" || /^[^\\/:*?"<>|]+$/.test(value) ? undefined : "A folder's name, without / and the like"),
    });
    if (!name) return;
    const languageTitles = Object.keys(sources).map((extension) => ({ label: languages.find((one) => one.extensions.includes(extension))?.title ?? extension, extension }));
    const language = await vscode.window.showQuickPick(languageTitles, { title: "New Problem", placeHolder: "The solution's language" });
    if (!language) return;
    const folder = vscode.Uri.joinPath(root, name);
    const file = vscode.Uri.joinPath(folder, language.extension === "java" ? "Sol.java" : `sol.${language.extension}`);
    const exists = await vscode.workspace.fs.stat(file).then(() => true, () => false);
    if (exists) throw new Complaint(`${file.fsPath} exists already and is left as it is`);
    await vscode.workspace.fs.createDirectory(folder);
    await vscode.workspace.fs.writeFile(file, Buffer.from(sources[language.extension] ?? ""));
    await vscode.window.showTextDocument(file, { preview: false });
    await this.createFor(await this.session.problems.room(file.toString()));
    await vscode.window.showTextDocument(file, { preview: false });
  }

  private async rootFolder(): Promise<vscode.Uri | undefined> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0) throw new Complaint("open a folder first: the problem becomes a folder in it");
    if (folders.length === 1) return folders[0]?.uri;
    return (await vscode.window.showWorkspaceFolderPick({ placeHolder: "The folder in which the problem becomes one" }))?.uri;
  }

  private async specPreview(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (!document) return;
    const preview = await this.server.execute(command.specPreview, { uri: document.uri.toString(), count: 8 });
    const mistake = preview.mistakes[0];
    if (mistake) throw new Complaint(`the spec has a mistake in line ${mistake.line}: ${mistake.message}`);
    const text = preview.samples.map((sample) => `# seed ${sample.seed}\n${typeof sample.input === "string" ? sample.input : "(bytes that are no text)\n"}`).join("\n");
    const shown = await this.samples.show(basename(document.uri.path), text);
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
  }

  private async showResults(argument: Argument): Promise<void> {
    if (argument && !(argument instanceof vscode.Uri) && argument.kind === "failure") this.session.look({ run: argument.run, failure: argument.failure });
    else {
      const last = this.session.lastRun();
      if (last && this.session.shown?.run !== last.run) this.session.look({ run: last.run, failure: 0 });
    }
    await this.results.open();
  }

  private async showRun(run: string, failure: number): Promise<void> {
    await this.session.fetch(run);
    this.session.look({ run, failure });
    await this.results.open();
  }

  private async pickRun(): Promise<void> {
    const { runs } = await this.server.execute(command.runs, {});
    if (runs.length === 0) throw new Complaint("nothing has run yet");
    const items = runs.map((run) => ({
      label: `${isOver(run) ? (run.verdict === "OK" ? "$(pass)" : run.state === "stopped" ? "$(debug-stop)" : "$(error)") : "$(sync~spin)"} ${basename(vscode.Uri.parse(run.uri).path)}`,
      description: short(run),
      detail: `run ${run.run}, ${tests(run.tests)}${run.outdated ? ", outdated" : ""}`,
      run,
    }));
    const choice = await vscode.window.showQuickPick(items, { title: "Runs", placeHolder: "The run to show", matchOnDescription: true });
    if (choice) await this.showRun(choice.run.run, 0);
  }

  /** Checks the installation. When the server does not start, that is the finding. */
  async doctor(): Promise<void> {
    this.doctorPanel.show(undefined);
    const { path, tried } = this.server.program();
    if (!path) {
      this.doctorPanel.show([
        { name: "server", ok: false, detail: `no program at ${tried.slice(0, 3).join(", ")}${tried.length > 3 ? ", …" : ""}`, remedy: "Install the extension for your platform, put stresstester into PATH, or give its path in the setting stresstester.server.path." },
      ]);
      return;
    }
    try {
      const diagnosis = (await this.server.execute(command.doctor, {})) as Diagnosis;
      this.doctorPanel.show([{ name: "server", ok: true, detail: path }, ...diagnosis.findings]);
    } catch (error) {
      this.doctorPanel.show([{ name: "server", ok: false, detail: error instanceof Error ? error.message : String(error), remedy: "The log may tell why. Restart Server tries again." }]);
    }
  }

  private buildImage(): void {
    const { path } = this.server.program();
    if (!path) throw new Complaint("the stresstester program was not found: give its path in the setting stresstester.server.path");
    const environment = vscode.workspace.getConfiguration("stresstester").get<Record<string, string>>("server.environment", {});
    const terminal = vscode.window.createTerminal({ name: "Stress Tester: sandbox image", shellPath: path, shellArgs: ["image", "build"], env: environment, isTransient: true });
    terminal.show();
  }

  private async startServer(): Promise<void> {
    this.session.stoppedByHand = false;
    await this.server.start();
    this.version();
  }

  private async restart(): Promise<void> {
    this.session.stoppedByHand = false;
    await this.server.restart();
    void vscode.window.setStatusBarMessage("$(check) Stress Tester: the server was started again", 4000);
  }

  private async stopServer(): Promise<void> {
    this.session.stoppedByHand = true;
    await this.server.stop();
  }

  private version(): void {
    const extension = String(this.context.extension.packageJSON.version);
    const { path } = this.server.program();
    void vscode.window.showInformationMessage(`Stress Tester: extension ${extension}, server ${this.server.version ?? "not started"} (${path ?? "not found"})`);
  }

  private async watch(argument: Argument, on: boolean): Promise<void> {
    const uri = this.uriOf(argument);
    await this.session.watch(uri, on);
    void vscode.window.setStatusBarMessage(on ? "$(eye) Runs again whenever a file of this problem is saved" : "$(eye-closed) Saving runs nothing any more", 4000);
  }

  /** What the results view's buttons do. */
  act(action: ActionName): void {
    if (action === "location") void this.guard(() => this.openLocation());
    else if (action === "deleteTest") void this.guard(() => this.deleteShown());
    else if (action === "create") void this.guard(async () => this.createFor(await this.session.problems.room(this.shownRun().run.uri)));
    else if (action === "stop") void this.guard(() => this.session.stop({ run: this.shownRun().run.run }));
    else void vscode.commands.executeCommand(`stresstester.ui.${action}`);
  }

  private async openLocation(): Promise<void> {
    const { run, failure } = this.shownRun();
    const location = failuresOf(run)[failure]?.location;
    if (!location) return;
    const tested = vscode.Uri.parse(run.uri);
    const file = location.file && helperOf(basename(location.file)) === undefined && basename(location.file) === basename(tested.path) ? tested : location.file ? vscode.Uri.joinPath(tested, "..", location.file) : tested;
    const at = new vscode.Position(Math.max(0, location.line - 1), Math.max(0, location.column - 1));
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at), preview: false });
  }

  private async deleteShown(): Promise<void> {
    const { run, failure } = this.shownRun();
    const saved = counterexampleOf(run, failure)?.saved_as;
    if (saved) await this.deleteNamed(run.uri, basename(saved).replace(/\.in$/, ""));
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** Samples of specs as documents that nobody is asked to save. */
class Samples implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider("stresstester-samples", this);
  readonly onDidChange = this.changes.event;

  /** The document with the text; shown ones of the same spec change. */
  show(name: string, text: string): Thenable<vscode.TextDocument> {
    const uri = vscode.Uri.from({ scheme: "stresstester-samples", path: `/${name} samples.txt` });
    this.texts.set(uri.toString(), text);
    this.changes.fire(uri);
    return vscode.workspace.openTextDocument(uri);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "";
  }

  dispose(): void {
    this.registration.dispose();
    this.changes.dispose();
  }
}
