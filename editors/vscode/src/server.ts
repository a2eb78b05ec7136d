/** The server's life: finding the program, starting it, losing it, starting it again. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import * as vscode from "vscode";
import type { Connection } from "./client";
import type { CommandTypes, DiffNotification, RoomsNotification, RunNotification, SaveNotification, StatusNotification } from "./protocol";
import { expandHome, programCandidates } from "./program";

export type Phase = "off" | "starting" | "on" | "failed";

/** An error with a sentence for the user. */
export class Complaint extends Error {}

/** How often the server is started again after it was lost, until somebody asks for it. */
const restarts = 3;

export class Server implements vscode.Disposable {
  private connection: Connection | undefined;
  private starting: Promise<Connection> | undefined;
  private stopping: Promise<void> = Promise.resolve();
  private lost = 0;
  private current: Phase = "off";
  private readonly phases = new vscode.EventEmitter<Phase>();
  private readonly runs = new vscode.EventEmitter<RunNotification>();
  private readonly statuses = new vscode.EventEmitter<StatusNotification>();
  private readonly diffs = new vscode.EventEmitter<DiffNotification>();
  private readonly roomChanges = new vscode.EventEmitter<RoomsNotification>();
  private readonly saves = new vscode.EventEmitter<SaveNotification>();
  private readonly messages = new vscode.EventEmitter<{ kind: number; text: string }>();

  readonly onPhase = this.phases.event;
  readonly onRun = this.runs.event;
  readonly onStatus = this.statuses.event;
  readonly onDiff = this.diffs.event;
  readonly onRooms = this.roomChanges.event;
  readonly onSave = this.saves.event;
  readonly onMessage = this.messages.event;
  /** Commands from code lenses and quick fixes that we carry out ourselves. */
  intercept: (command: string, argument: unknown) => Thenable<unknown> | undefined = () => undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {}

  get phase(): Phase {
    return this.current;
  }

  get version(): string | undefined {
    return this.connection?.version;
  }

  /** The program that is started, and where it was looked for. */
  program(): { path: string | undefined; tried: string[] } {
    const set = vscode.workspace.getConfiguration("stresstester").get("server.path", "");
    const tried = programCandidates({
      set: expandHome(set, home()),
      bundled: join(this.context.extensionPath, "bin"),
      folders: (process.env["PATH"] ?? "").split(delimiter),
      windows: process.platform === "win32",
      join,
    });
    return { path: tried.find(executable), tried };
  }

  /** Starts the server unless it runs, and waits for it. */
  async start(): Promise<Connection> {
    if (this.connection) return this.connection;
    this.starting ??= this.launch().finally(() => (this.starting = undefined));
    return this.starting;
  }

  private async launch(): Promise<Connection> {
    if (!vscode.workspace.isTrusted) throw new Complaint("programs are run in trusted folders only: trust this one first");
    await this.stopping;
    const { path, tried } = this.program();
    if (!path) {
      this.enter("failed");
      throw new Complaint(
        tried.length === 1
          ? `${tried[0]} is not a program: change the setting stresstester.server.path`
          : "the stresstester program was found neither in this extension nor in PATH: give its path in the setting stresstester.server.path",
      );
    }
    this.enter("starting");
    const configuration = vscode.workspace.getConfiguration("stresstester");
    const began = performance.now();
    try {
      const { connect } = await import("./client");
      this.connection = await connect({
        program: path,
        arguments: configuration.get<string[]>("server.arguments", []),
        environment: configuration.get<Record<string, string>>("server.environment", {}),
        codeLens: configuration.get("codeLens", "auto"),
        companion: {
          template: expandHome(configuration.get("companion.template", ""), home()) || undefined,
          language: configuration.get("companion.language", "") || undefined,
        },
        log: this.log,
        trace: this.traceChannel(),
        onRun: (told) => this.runs.fire(told),
        onStatus: (told) => this.statuses.fire(told),
        onDiff: (told) => this.diffs.fire(told),
        onRooms: (told) => this.roomChanges.fire(told),
        onSave: (told) => this.saves.fire(told),
        onMessage: (kind, text) => this.messages.fire({ kind, text }),
        onLost: () => this.onLost(),
        intercept: (command, argument) => this.intercept(command, argument),
      });
    } catch (error) {
      this.log.error(`${path} did not start`, error instanceof Error ? error : String(error));
      this.enter("failed");
      throw new Complaint(`${path} did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.log.info(`${path}, version ${this.connection.version}, ready after ${Math.round(performance.now() - began)} ms`);
    if (!this.connection.sameProtocol) {
      this.log.warn("this server speaks another version of the protocol: something may not work; empty the setting stresstester.server.path to use the one that comes with the extension");
    }
    this.connection.focus(vscode.window.state.focused);
    this.enter("on");
    return this.connection;
  }

  private trace: vscode.OutputChannel | undefined;

  /** The protocol's channel shows in the list when it is asked for only. */
  private traceChannel(): vscode.OutputChannel {
    const outer = this;
    const real = () => (outer.trace ??= vscode.window.createOutputChannel("Stress Tester (Protocol)"));
    return {
      name: "Stress Tester (Protocol)",
      append: (value) => real().append(value),
      appendLine: (value) => real().appendLine(value),
      replace: (value) => real().replace(value),
      clear: () => outer.trace?.clear(),
      show: () => real().show(true),
      hide: () => outer.trace?.hide(),
      dispose: () => undefined,
    };
  }

  private onLost(): void {
    const connection = this.connection;
    this.connection = undefined;
    this.log.error("the server ended without being asked to");
    void connection?.stop();
    this.enter("failed");
    if (connection && this.lost++ < restarts) {
      this.start().catch((error: unknown) => this.log.error(String(error)));
    } else {
      this.messages.fire({ kind: 1, text: `the server ended ${this.lost} times; the log may tell why` });
    }
  }

  /** Tells the server whether this is the window that the user looks at. */
  focus(focused: boolean): void {
    this.connection?.focus(focused);
  }

  /** Ends the server. The next command starts it again. */
  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    const connection = this.connection;
    this.connection = undefined;
    if (!connection) return;
    this.stopping = connection.stop();
    await this.stopping;
    this.enter("off");
  }

  async restart(): Promise<void> {
    this.lost = 0;
    await this.stop();
    await this.start();
  }

  /** Carries a command of the server out; starts the server when it is needed. */
  async execute<Name extends keyof CommandTypes>(command: Name, argument: CommandTypes[Name]["params"]): Promise<CommandTypes[Name]["result"]> {
    const connection = await this.start();
    try {
      return (await connection.execute(command, argument)) as CommandTypes[Name]["result"];
    } catch (error) {
      throw new Complaint(error instanceof Error ? error.message : String(error));
    }
  }

  private enter(phase: Phase): void {
    this.current = phase;
    this.phases.fire(phase);
  }

  dispose(): void {
    this.trace?.dispose();
    for (const emitter of [this.phases, this.runs, this.statuses, this.diffs, this.roomChanges, this.saves, this.messages]) emitter.dispose();
  }
}

function home(): string {
  return process.env["HOME"] ?? process.env["USERPROFILE"] ?? "";
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
