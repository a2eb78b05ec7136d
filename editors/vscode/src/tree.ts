/** The view of problems: their files by role, saved tests, and what the last run found. */
import * as vscode from "vscode";
import { roleOrder, roleTitles, short, words } from "./format";
import { basename } from "./languages";
import type { Role, RoomResult, SavedTest } from "./protocol";
import type { Problem } from "./problems";
import { failuresOf, isOver, type Run } from "./runs";
import type { Session } from "./session";

/** A line of the tree. Commands get it as their argument. */
export type Node =
  | { kind: "folder"; folder: vscode.WorkspaceFolder }
  | { kind: "problem"; problem: Problem }
  | { kind: "role"; uri: string; role: Role; file: string }
  | { kind: "missing"; uri: string; role: Role }
  | { kind: "config"; uri: string; file: string }
  | { kind: "tests"; uri: string; room: RoomResult }
  | { kind: "test"; uri: string; test: SavedTest }
  | { kind: "failures"; uri: string; run: Run }
  | { kind: "failure"; uri: string; run: string; failure: number }
  | { kind: "note"; uri: string; text: string };

const roleIcons: Record<Role, string> = {
  tested: "target",
  brute: "verified",
  generator: "symbol-numeric",
  spec: "symbol-structure",
  checker: "law",
  validator: "checklist",
  interactor: "comment-discussion",
};

export class ProblemsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<Node | undefined>();
  private readonly disposables: vscode.Disposable[] = [this.changes];
  readonly onDidChangeTreeData = this.changes.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly nodes = new Map<string, Node & { kind: "problem" }>();

  constructor(private readonly session: Session) {
    this.view = vscode.window.createTreeView("stresstester.problems", { treeDataProvider: this, showCollapseAll: true });
    let timer: NodeJS.Timeout | undefined;
    // A moment later, because many files may come at once.
    const soon = () => (timer ??= setTimeout(() => ((timer = undefined), this.changes.fire(undefined)), 150));
    this.disposables.push(
      this.view,
      session.problems.onChange(soon),
      session.onRun((change) => {
        if (change.began || change.ended) soon();
      }),
      session.onRun((change) => {
        const failing = session.runs.all().filter((run) => isOver(run) && failuresOf(run).length > 0 && session.runs.last(run.uri) === run).length;
        if (change.began || change.ended) this.view.badge = failing > 0 ? { value: failing, tooltip: `${failing} failing` } : undefined;
      }),
      { dispose: () => clearTimeout(timer) },
    );
  }

  refresh(): void {
    this.session.problems.stale();
  }

  /** Shows a problem in the tree. */
  async reveal(uri: string): Promise<void> {
    this.session.problems.add(uri);
    await vscode.commands.executeCommand("stresstester.problems.focus");
    const node = (await this.problemNodes()).find((one) => one.problem.uri === uri);
    if (node) await this.view.reveal(node, { select: true, expand: true });
  }

  private async problemNodes(): Promise<(Node & { kind: "problem" })[]> {
    return (await this.session.problems.all()).map((problem) => {
      const node = this.nodes.get(problem.uri) ?? { kind: "problem" as const, problem };
      this.nodes.set(problem.uri, node);
      return node;
    });
  }

  getParent(node: Node): Node | undefined {
    if (node.kind !== "problem" || (vscode.workspace.workspaceFolders?.length ?? 0) < 2) return undefined;
    const folder = vscode.workspace.getWorkspaceFolder(node.problem.file);
    return folder && { kind: "folder", folder };
  }

  async getChildren(node?: Node): Promise<Node[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (!node) {
      if (!vscode.workspace.isTrusted) return [];
      const problems = await this.problemNodes();
      if (folders.length < 2) return problems;
      const outside = problems.filter(({ problem }) => !vscode.workspace.getWorkspaceFolder(problem.file));
      const used = folders.filter((folder) => problems.some(({ problem }) => vscode.workspace.getWorkspaceFolder(problem.file) === folder));
      return [...used.map((folder) => ({ kind: "folder" as const, folder })), ...outside];
    }
    switch (node.kind) {
      case "folder":
        return (await this.problemNodes()).filter(({ problem }) => vscode.workspace.getWorkspaceFolder(problem.file) === node.folder);
      case "problem":
        return this.parts(node.problem);
      case "tests":
        return node.room.tests.map((test) => ({ kind: "test", uri: node.uri, test }));
      case "failures":
        return failuresOf(node.run).map((_, failure) => ({ kind: "failure", uri: node.uri, run: node.run.run, failure }));
      default:
        return [];
    }
  }

  private async parts(problem: Problem): Promise<Node[]> {
    const { uri } = problem;
    const nodes: Node[] = [];
    const run = this.session.runs.last(uri);
    if (run && failuresOf(run).length > 0) nodes.push({ kind: "failures", uri, run });
    try {
      const room = problem.room ?? (problem.room = await this.session.problems.room(uri));
      for (const role of roleOrder) {
        const file = room.roles[role];
        if (file) nodes.push({ kind: "role", uri, role, file });
        else if (room.missing.includes(role)) nodes.push({ kind: "missing", uri, role });
      }
      if (room.config) nodes.push({ kind: "config", uri, file: room.config });
      nodes.push({ kind: "tests", uri, room });
      for (const text of room.warnings) nodes.push({ kind: "note", uri, text });
    } catch (error) {
      nodes.push({ kind: "note", uri, text: error instanceof Error ? error.message : String(error) });
    }
    return nodes;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = this.item(node);
    item.contextValue ??= node.kind;
    return item;
  }

  private item(node: Node): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    switch (node.kind) {
      case "folder": {
        const item = new vscode.TreeItem(node.folder.name, Expanded);
        item.id = node.folder.uri.toString();
        item.iconPath = vscode.ThemeIcon.Folder;
        return item;
      }
      case "problem":
        return this.problemItem(node.problem);
      case "role": {
        const file = vscode.Uri.parse(node.file);
        const item = new vscode.TreeItem(roleTitles[node.role], None);
        item.description = basename(file.path);
        item.iconPath = new vscode.ThemeIcon(roleIcons[node.role]);
        item.tooltip = file.fsPath;
        item.command = { title: "Open", command: "vscode.open", arguments: [file] };
        return item;
      }
      case "missing": {
        const item = new vscode.TreeItem(roleTitles[node.role], None);
        item.description = "missing, click to create";
        item.iconPath = new vscode.ThemeIcon("circle-large-outline", new vscode.ThemeColor("list.warningForeground"));
        item.command = { title: "Create", command: "stresstester.ui.create", arguments: [node] };
        return item;
      }
      case "config": {
        const item = new vscode.TreeItem("Settings", None);
        item.description = "stresstester.toml";
        item.iconPath = new vscode.ThemeIcon("gear");
        item.command = { title: "Open", command: "vscode.open", arguments: [vscode.Uri.parse(node.file)] };
        return item;
      }
      case "tests": {
        const number = node.room.tests.length;
        const item = new vscode.TreeItem("Saved tests", number > 0 ? Collapsed : None);
        item.id = `${node.uri} tests`;
        item.description = number > 0 ? String(number) : "none";
        item.iconPath = new vscode.ThemeIcon("library");
        item.tooltip = "They run first, before generated tests.";
        return item;
      }
      case "test": {
        const item = new vscode.TreeItem(node.test.name, None);
        const input = vscode.Uri.parse(node.test.input);
        const run = this.session.runs.last(node.uri);
        const failing = run !== undefined && failuresOf(run).some((failure) => failure.test_name === node.test.name);
        item.iconPath = failing ? new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed")) : new vscode.ThemeIcon("file-text");
        item.description = node.test.answer ? "" : "without answer";
        item.tooltip = input.fsPath;
        item.command = { title: "Open", command: "vscode.open", arguments: [input] };
        return item;
      }
      case "failures": {
        const item = new vscode.TreeItem("Last run", Expanded);
        item.id = `${node.uri} failures ${node.run.run}`;
        item.description = short(node.run);
        item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed"));
        return item;
      }
      case "failure": {
        const run = this.session.runs.get(node.run);
        const failure = run && failuresOf(run)[node.failure];
        const item = new vscode.TreeItem(failure ? words(failure.verdict) : "gone", None);
        item.description = failure?.counterexample?.difference
          ? `expected ${failure.counterexample.difference.expected_token || "nothing"}, got ${failure.counterexample.difference.actual_token || "nothing"}`
          : failure && failure.test_number > 0
            ? `test ${failure.test_number}`
            : "";
        item.iconPath = new vscode.ThemeIcon("bug");
        item.tooltip = failure?.message ?? "";
        item.contextValue = failure?.counterexample ? "failure" : "finding";
        item.command = { title: "Show", command: "stresstester.ui.results", arguments: [node] };
        return item;
      }
      case "note": {
        const item = new vscode.TreeItem(node.text, None);
        item.iconPath = new vscode.ThemeIcon("info");
        item.tooltip = node.text;
        return item;
      }
    }
  }

  private problemItem(problem: Problem): vscode.TreeItem {
    const item = new vscode.TreeItem(basename(problem.file.path), vscode.TreeItemCollapsibleState.Collapsed);
    item.id = problem.uri;
    const folder = basename(problem.folder.path);
    const root = vscode.workspace.getWorkspaceFolder(problem.file);
    item.description = root && root.uri.toString() === problem.folder.toString() ? "" : folder;
    item.tooltip = problem.file.fsPath;
    const run = this.session.runs.last(problem.uri);
    const tags = ["problem"];
    if (!run) {
      item.iconPath = new vscode.ThemeIcon("beaker");
    } else if (!isOver(run)) {
      item.iconPath = new vscode.ThemeIcon("sync~spin");
      tags.push("running");
    } else if (run.error || (run.verdict !== "OK" && run.verdict !== "")) {
      item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("testing.iconFailed"));
    } else if (run.state === "stopped") {
      item.iconPath = new vscode.ThemeIcon("debug-stop");
    } else {
      item.iconPath = new vscode.ThemeIcon("pass", new vscode.ThemeColor("testing.iconPassed"));
    }
    if (problem.room?.watched || this.session.watched.has(problem.uri)) tags.push("watched");
    item.contextValue = tags.join(".");
    return item;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
