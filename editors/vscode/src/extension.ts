/** Puts the parts together. Activation reads nothing and starts nothing: the server starts with the first file of a problem. */
import * as vscode from "vscode";
import { Commands } from "./commands";
import { DoctorPanel, ResultsView } from "./results";
import { Rooms } from "./rooms";
import { Server } from "./server";
import { Session } from "./session";
import { StatusItem } from "./status";
import { Tests } from "./testing";
import { ProblemsTree } from "./tree";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const log = vscode.window.createOutputChannel("Stress Tester", { log: true });
  server = new Server(context, log);
  const session = new Session(server);
  const doctor = new DoctorPanel(context);
  const commands = new Commands(context, server, session, doctor);
  const results = new ResultsView(context, session, (action) => commands.act(action));
  const tree = new ProblemsTree(session);
  const tests = new Tests(session, log, (run) => results.quiet.add(run));
  commands.results = results;
  commands.refresh = () => tree.refresh();
  commands.register();
  const rooms = new Rooms(server);
  const others = server.intercept;
  server.intercept = (name, argument) => rooms.intercept(name, argument) ?? others(name, argument);
  const status = new StatusItem(session);

  /** The results view shows why a run had no sandbox, with the remedy: no message needs to cover it. */
  const complainUnlessShown = async (text: string): Promise<void> => {
    const open = vscode.workspace.getConfiguration("stresstester").get<string>("results.open", "failure");
    await new Promise((resolve) => setTimeout(resolve, 300)); // the run's end comes behind the message
    const shown = session.runs.all().some((run) => run.error !== undefined && run.error !== "" && text.includes(run.error));
    if (!shown || open === "never") await commands.complain(text);
  };

  context.subscriptions.push(
    rooms, log, server, session, doctor, commands, results, tree, tests, status,
    server.onPhase((phase) => {
      if (phase !== "on") tests.lost();
    }),
    server.onDiff((told) => void commands.showDifference(told)),
    server.onMessage(({ kind, text }) => {
      if (kind === 1) void complainUnlessShown(text);
      else if (kind === 2) void vscode.window.showWarningMessage(text);
      else void vscode.window.showInformationMessage(text);
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const affects = ["server.path", "server.arguments", "server.environment", "codeLens", "companion"].some((name) => event.affectsConfiguration(`stresstester.${name}`));
      if (!affects || server?.phase === "off") return;
      server?.restart().catch((error: unknown) => commands.complain(error instanceof Error ? error.message : String(error)));
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      session.problems.stale();
    }),
  );
  void session.follow();
  firstRun(context);
  log.info(`activated in ${(performance.now() - began).toFixed(1)} ms`);
}

/** Opens the walkthrough once in a life: it never shows by itself. */
function firstRun(context: vscode.ExtensionContext): void {
  if (context.globalState.get("welcomed") === true) return;
  void context.globalState.update("welcomed", true);
  if (vscode.workspace.isTrusted) void vscode.commands.executeCommand("stresstester.ui.walkthrough");
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
