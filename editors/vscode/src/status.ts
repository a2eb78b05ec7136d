/** The item in the status bar: what runs, how the last run ended, or that the sandbox is broken. */
import * as vscode from "vscode";
import { count, seconds, short, stateTitle, tests } from "./format";
import { basename } from "./languages";
import { isOver, type Run } from "./runs";
import type { Session } from "./session";

export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("stresstester.status", vscode.StatusBarAlignment.Left, 10);
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.item.name = "Stress Tester";
    this.disposables = [this.item, session.onRun(() => this.draw()), session.onLook(() => this.draw())];
    this.draw();
  }

  draw(): void {
    const { session, item } = this;
    const active = session.runs.active();
    const mine = session.lastRun();
    const run = mine && !isOver(mine) ? mine : (active[0] ?? mine);
    const broken = session.status?.health === "error" || session.server.phase === "failed";
    item.backgroundColor = undefined;
    if (session.pending.size > 0 && !(run && !isOver(run))) {
      this.set("$(sync~spin) Stress: starting", "stresstester.ui.stop", "Starting");
    } else if (run && !isOver(run)) {
      const others = active.length > 1 ? ` (+${active.length - 1})` : "";
      this.set(`$(sync~spin) ${short(run)}${others}`, "stresstester.ui.stop", this.details(run));
    } else if (session.server.phase === "starting") {
      this.set("$(loading~spin) Stress", "stresstester.ui.logs", "The server starts");
    } else if (broken && (session.document !== undefined || run)) {
      this.set("$(warning) Stress: no sandbox", "stresstester.ui.doctor", session.status?.message ?? "The server does not run");
      item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    } else if (run) {
      const good = run.verdict === "OK" || run.verdict === "";
      this.set(`$(${good ? (run.state === "stopped" ? "debug-stop" : "pass") : "error"}) ${short(run)}`, "stresstester.ui.results", this.details(run));
    } else if (session.document !== undefined) {
      this.set("$(beaker) Stress", "stresstester.ui.run", `Run a stress test of ${basename(vscode.Uri.parse(session.document).path)}`);
    } else {
      item.hide();
      return;
    }
    item.show();
  }

  private set(text: string, command: string, details: string): void {
    const { item } = this;
    if (item.text !== text) item.text = text;
    item.command = command;
    item.accessibilityInformation = { label: `Stress Tester: ${text.replace(/\$\([^)]*\)\s*/g, "")}` };
    const tooltip = new vscode.MarkdownString(undefined, true);
    tooltip.isTrusted = { enabledCommands: ["run", "stop", "results", "doctor", "logs", "restart"].map((name) => `stresstester.ui.${name}`) };
    tooltip.appendMarkdown("**Stress Tester**\n\n");
    tooltip.appendText(details);
    const links = [
      ["$(play) Run", "run"], ["$(debug-stop) Stop", "stop"], ["$(output) Results", "results"],
      ["$(pulse) Check", "doctor"], ["$(list-flat) Log", "logs"], ["$(refresh) Restart", "restart"],
    ];
    tooltip.appendMarkdown(`\n\n---\n\n${links.map(([title, name]) => `[${title}](command:stresstester.ui.${name})`).join(" &nbsp; ")}`);
    item.tooltip = tooltip;
  }

  private details(run: Run): string {
    const name = basename(vscode.Uri.parse(run.uri).path);
    if (!isOver(run)) {
      return `${name}: ${stateTitle(run.state)}, ${tests(run.tests)}, ${count(run.tests_per_second)} a second, ${seconds(run.seconds)}, seed ${run.seed}. Click to stop.`;
    }
    return `${name}: ${run.error ?? run.result?.message ?? run.message ?? run.state}`;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
