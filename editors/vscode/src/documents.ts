/** Counterexamples as read-only documents, for the editor's own difference view. */
import * as vscode from "vscode";
import { basename } from "./languages";
import { counterexampleOf, textOf } from "./runs";
import type { Session } from "./session";

export type Part = "input" | "expected" | "actual" | "stderr";
const scheme = "stresstester";

export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);

  constructor(private readonly session: Session) {}

  /** The document of a part of a run's failure. */
  uri(run: string, failure: number, part: Part): vscode.Uri {
    const tested = this.session.runs.get(run)?.uri ?? "";
    const stem = basename(vscode.Uri.parse(tested).path).replace(/\.[^.]*$/, "");
    return vscode.Uri.from({ scheme, path: `/${stem}.${part}.txt`, query: `${run}/${failure}` });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const [run = "", failure = "0"] = uri.query.split("/");
    const part = /\.([a-z]+)\.txt$/.exec(uri.path)?.[1] as Part;
    const known = this.session.runs.get(run);
    const found = known && counterexampleOf(known, Number(failure));
    return found ? textOf(found[part]) : "This counterexample is gone: the server was started again since. Run the test once more.\n";
  }

  /** Opens expected and actual output beside each other. */
  async difference(run: string, failure: number): Promise<void> {
    const known = this.session.runs.get(run);
    const name = known ? basename(vscode.Uri.parse(known.uri).path) : "";
    const row = (known && counterexampleOf(known, failure)?.difference?.actual.line) || 1;
    await vscode.commands.executeCommand(
      "vscode.diff",
      this.uri(run, failure, "expected"),
      this.uri(run, failure, "actual"),
      `${name}: Expected ↔ Actual`,
      { preview: true, selection: new vscode.Range(row - 1, 0, row - 1, 0) } satisfies vscode.TextDocumentShowOptions,
    );
  }

  dispose(): void {
    this.registration.dispose();
  }
}
