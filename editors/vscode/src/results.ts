/** The results view and the check of the installation: two webviews. */
import * as vscode from "vscode";
import { doctorPage } from "./doctorpage";
import { resultsPage, type ActionName } from "./page";
import type { Finding } from "./protocol";
import { failuresOf } from "./runs";
import type { Session } from "./session";

/** A page that loads one script and one style sheet of ours, and nothing else. */
function html(webview: vscode.Webview, extension: vscode.Uri, script: string): string {
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => byte.toString(36)).join("");
  const style = webview.asWebviewUri(vscode.Uri.joinPath(extension, "media", "view.css"));
  const source = webview.asWebviewUri(vscode.Uri.joinPath(extension, "dist", "webview", script));
  // Widths of the line numbers and of the progress bar are set by style attributes.
  const policy = `default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${style}">
<title>Stress Tester</title>
</head>
<body><div id="root"></div><script nonce="${nonce}" src="${source}"></script></body>
</html>`;
}

/** Where a webview may load from. */
function roots(extension: vscode.Uri): vscode.Uri[] {
  return [vscode.Uri.joinPath(extension, "media"), vscode.Uri.joinPath(extension, "dist", "webview")];
}

export class ResultsView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private ready = false;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly session: Session,
    private readonly act: (action: ActionName) => void,
  ) {
    this.disposables = [
      // Loading the page again takes a second or two: it is kept while another view covers it.
      vscode.window.registerWebviewViewProvider("stresstester.results", this, { webviewOptions: { retainContextWhenHidden: true } }),
      session.onRun((change) => {
        const follows = vscode.workspace.getConfiguration("stresstester").get<string>("results.open", "failure");
        const failed = change.ended && (failuresOf(change.run).length > 0 || Boolean(change.run.error));
        if ((failed && follows === "failure" && !this.quiet.has(change.run.run)) || (change.began && follows === "always")) void this.open(true);
        if (change.ended) this.quiet.delete(change.run.run);
        if (change.run.run === session.shown?.run) this.draw();
      }),
      session.onLook(() => this.draw()),
    ];
  }

  /** Runs whose results show elsewhere. */
  readonly quiet = new Set<string>();

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.ready = false;
    view.webview.options = { enableScripts: true, localResourceRoots: roots(this.context.extensionUri) };
    view.webview.onDidReceiveMessage((message: { type: string; name?: ActionName; failure?: number }) => {
      if (message.type === "ready") {
        this.ready = true;
        this.draw();
      } else if (message.type === "action" && message.name) {
        this.act(message.name);
      } else if (message.type === "failure" && message.failure !== undefined && this.session.shown) {
        this.session.look({ run: this.session.shown.run, failure: message.failure });
      }
    });
    view.onDidDispose(() => (this.view = undefined));
    view.onDidChangeVisibility(() => this.draw());
    view.webview.html = html(view.webview, this.context.extensionUri, "results.js");
  }

  /** Shows the view; the cursor stays where it is if the focus is preserved. */
  async open(preserveFocus = false): Promise<void> {
    if (this.view) this.view.show(preserveFocus);
    else await vscode.commands.executeCommand("stresstester.results.focus", { preserveFocus });
  }

  private draw(): void {
    if (!this.view || !this.ready || !this.view.visible) return;
    const current = this.session.current();
    void this.view.webview.postMessage({ type: "page", page: current && resultsPage(current.run, current.failure) });
    const failures = current ? failuresOf(current.run).length : 0;
    // Zero takes it away; undefined leaves what was there.
    this.view.badge = { value: failures, tooltip: failures > 0 ? `${failures} found` : "" };
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** Shows the check of the installation in an editor. */
export class DoctorPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private findings: Finding[] | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** Shows what was found, or that the check goes on. */
  show(findings: Finding[] | undefined): void {
    this.findings = findings;
    if (this.panel) {
      this.panel.reveal(undefined, true);
      this.draw();
      return;
    }
    const panel = vscode.window.createWebviewPanel("stresstester.doctor", "Stress Tester: Installation", vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: roots(this.context.extensionUri),
    });
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, "media", "icon.png");
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((message: { type?: string; command?: string }) => {
      if (message.type === "ready") this.draw();
      else if (message.command?.startsWith("stresstester.ui.")) void vscode.commands.executeCommand(message.command);
    });
    panel.webview.html = html(panel.webview, this.context.extensionUri, "doctor.js");
    this.panel = panel;
  }

  private draw(): void {
    void this.panel?.webview.postMessage({ page: doctorPage(this.findings) });
  }

  dispose(): void {
    this.panel?.dispose();
  }
}
