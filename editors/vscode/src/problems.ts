/** The problems of the workspace: which files can be tested, and what belongs to them. */
import * as vscode from "vscode";
import { basename, configName, dirname, helperOf, holdsProblem, languages, patterns, testedFiles, testsFolder } from "./languages";
import { command, type RoomResult } from "./protocol";
import type { Server } from "./server";

/** A file that can be tested. */
export interface Problem {
  /** The tested document, as the server and VS Code spell it. */
  readonly uri: string;
  readonly file: vscode.Uri;
  readonly folder: vscode.Uri;
  room?: RoomResult;
}

const everyExtension = [...languages.flatMap((language) => language.extensions)];
/** Files that tell of a problem, for searching and watching. */
const signs = [
  `**/{${Object.values(patterns).flat().map((name) => name.replace("X", "*")).join(",")}}.{${everyExtension.join(",")}}`,
  "**/*.spec",
  `**/${configName}`,
];
const most = 400; // files that a search looks at

export class Problems implements vscode.Disposable {
  private readonly known = new Map<string, Problem>();
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changes];
  private searching: Promise<void> | undefined;
  private searched = false;

  /** The list, a room or saved tests may have changed. */
  readonly onChange = this.changes.event;

  constructor(private readonly server: Server) {
    const watch = (glob: string) => {
      const watcher = vscode.workspace.createFileSystemWatcher(glob, false, true, false);
      this.disposables.push(watcher, watcher.onDidCreate(() => this.stale()), watcher.onDidDelete(() => this.stale()));
    };
    for (const glob of [...signs, `**/${testsFolder}/**`]) watch(glob);
    this.disposables.push(vscode.workspace.onDidChangeWorkspaceFolders(() => this.stale()));
  }

  /** All problems, sorted by their paths. Searches when that was not done yet. */
  async all(): Promise<Problem[]> {
    if (!this.searched) await (this.searching ??= this.search().finally(() => (this.searching = undefined)));
    return [...this.known.values()].sort((a, b) => a.uri.localeCompare(b.uri));
  }

  get(uri: string): Problem | undefined {
    return this.known.get(uri);
  }

  /** Takes a document into the list. */
  add(uri: string): Problem {
    let problem = this.known.get(uri);
    if (!problem) {
      const file = vscode.Uri.parse(uri);
      problem = { uri, file, folder: vscode.Uri.joinPath(file, "..") };
      this.known.set(uri, problem);
      this.changes.fire();
    }
    return problem;
  }

  /** What belongs to the document, asked of the server. */
  async room(uri: string): Promise<RoomResult> {
    const room = await this.server.execute(command.room, { uri });
    if (room.missing.length === 0 || room.tests.length > 0 || this.known.has(room.tested)) this.add(room.tested).room = room;
    return room;
  }

  /** Whether the document's folder holds a problem. */
  async belongs(file: vscode.Uri): Promise<boolean> {
    if (file.scheme !== "file") return false;
    try {
      const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(file, ".."));
      return holdsProblem(entries.map(([name]) => name));
    } catch {
      return false;
    }
  }

  /** Forgets what was found, and tells that it may be different. */
  stale(): void {
    this.searched = false;
    for (const problem of this.known.values()) delete problem.room;
    this.changes.fire();
  }

  private async search(): Promise<void> {
    const folders = new Map<string, { folder: vscode.Uri; saved: string[] }>();
    const at = (folder: vscode.Uri) => {
      const key = folder.toString();
      const entry = folders.get(key) ?? { folder, saved: [] };
      folders.set(key, entry);
      return entry;
    };
    const found = await Promise.all([...signs, `**/${testsFolder}/*/*.in`].map((glob) => vscode.workspace.findFiles(glob, "**/{node_modules,.git}/**", most)));
    for (const file of found.flat()) {
      const path = dirname(file.path);
      if (path.includes(`/${testsFolder}/`)) {
        at(vscode.Uri.joinPath(file, "..", "..", "..")).saved.push(basename(path));
      } else if (helperOf(basename(file.path)) || basename(file.path) === configName) {
        at(vscode.Uri.joinPath(file, ".."));
      }
    }
    const tested = new Set<string>();
    await Promise.all(
      [...folders.values()].map(async ({ folder, saved }) => {
        const entries = await vscode.workspace.fs.readDirectory(folder).then(undefined, () => [] as [string, vscode.FileType][]);
        const names = entries.filter(([, type]) => type & vscode.FileType.File).map(([name]) => name);
        for (const name of testedFiles(names, saved)) tested.add(vscode.Uri.joinPath(folder, name).toString());
      }),
    );
    for (const uri of this.known.keys()) if (!tested.has(uri)) this.known.delete(uri);
    for (const uri of tested) {
      if (this.known.has(uri)) continue;
      const file = vscode.Uri.parse(uri);
      this.known.set(uri, { uri, file, folder: vscode.Uri.joinPath(file, "..") });
    }
    this.searched = true;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
