/**
 * The language client: one connection for all folders. This file is bundled by
 * itself and read when the server starts, because the library takes longer to load
 * than everything else.
 */
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type ClientCapabilities,
  type Executable,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import { languages, specLanguage } from "./languages";
import { notifications, protocolFingerprint, type CompanionWishes, type DiffNotification, type RoomsNotification, type RunNotification, type SaveNotification, type StatusNotification, type Wishes } from "./protocol";

export interface ConnectOptions {
  program: string;
  arguments: string[];
  environment: Record<string, string>;
  codeLens: string;
  companion: CompanionWishes;
  log: vscode.OutputChannel;
  trace: vscode.OutputChannel;
  onRun(told: RunNotification): void;
  onStatus(told: StatusNotification): void;
  onDiff(told: DiffNotification): void;
  onRooms(told: RoomsNotification): void;
  onSave(told: SaveNotification): void;
  /** The server has something to say; kind is LSP's: 1 error, 2 warning, 3 information. */
  onMessage(kind: number, text: string): void;
  /** The connection was lost without being asked to. */
  onLost(): void;
  /** A command that is executed from a code lens or a quick fix; undefined leaves it to the server. */
  intercept(command: string, argument: unknown): Thenable<unknown> | undefined;
}

export interface Connection {
  /** What the server calls its version. */
  readonly version: string;
  /** Whether it speaks the protocol that this extension was built for. */
  readonly sameProtocol: boolean;
  execute(command: string, argument: object): Promise<unknown>;
  /** The window has got or lost the user's attention. */
  focus(focused: boolean): void;
  stop(): Promise<void>;
}

/** What we do ourselves, and better than the library does. */
class OwnCapabilities implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    // The status item shows progress.
    capabilities.window = { ...capabilities.window, workDoneProgress: false };
    // Missing files are written to the disk by the server: as edits they would lie in
    // documents that nobody sees and nobody saves.
    capabilities.workspace = { ...capabilities.workspace, applyEdit: false };
  }
  initialize(): void {}
  getState(): { kind: "static" } {
    return { kind: "static" };
  }
  clear(): void {}
}

/** Starts the server and waits until it has answered. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const executable: Executable = {
    command: options.program,
    args: ["lsp", ...options.arguments],
    options: { env: { ...process.env, ...options.environment } },
  };
  let asked = false; // whether the connection is to end
  const clientOptions: LanguageClientOptions = {
    documentSelector: [
      ...languages.map(({ id }) => ({ scheme: "file", language: id })),
      { scheme: "file", language: specLanguage },
      { scheme: "file", pattern: "**/stresstester.toml" },
      { scheme: "file", pattern: "**/.stresstester/**" },
      // Outputs and reports, which are documents of the server's own.
      { scheme: "file", pattern: "**/stresstester-*/run-*/**" },
    ],
    // The results view has what the server would ask about.
    initializationOptions: { run: true, status: true, diff: true, rooms: true, prompts: false, codeLens: options.codeLens, companion: options.companion } satisfies Wishes,
    outputChannel: options.log,
    traceOutputChannel: options.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    diagnosticCollectionName: "stresstester",
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        if (!asked) options.onLost();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    initializationFailedHandler: () => false,
    middleware: {
      executeCommand: (command, args, next) => options.intercept(command, args[0]) ?? next(command, args),
    },
  };
  const client = new LanguageClient("stresstester", "Stress Tester", executable, clientOptions);
  client.registerFeature(new OwnCapabilities());
  client.onNotification(notifications.run, (told: RunNotification) => options.onRun(told));
  client.onNotification(notifications.status, (told: StatusNotification) => options.onStatus(told));
  client.onNotification(notifications.diff, (told: DiffNotification) => options.onDiff(told));
  client.onNotification(notifications.rooms, (told: RoomsNotification) => options.onRooms(told));
  client.onNotification(notifications.save, (told: SaveNotification) => options.onSave(told));
  client.onNotification("window/showMessage", (told: { type: number; message: string }) => options.onMessage(told.type, told.message));
  try {
    await client.start();
  } catch (error) {
    asked = true;
    await client.dispose(500).catch(() => undefined);
    throw error;
  }
  return {
    version: client.initializeResult?.serverInfo?.version ?? "unknown",
    sameProtocol: protocolOf(client.initializeResult?.capabilities.experimental) === protocolFingerprint,
    execute: (command, argument) => client.sendRequest("workspace/executeCommand", { command, arguments: [argument] }),
    focus: (focused) => void client.sendNotification(notifications.focus, { focused }).catch(() => undefined),
    stop: async () => {
      asked = true;
      await client.dispose(4000).catch(() => undefined);
    },
  };
}

/** The fingerprint that the server tells among its capabilities. */
function protocolOf(experimental: unknown): unknown {
  return (experimental as { stresstester?: { protocol?: unknown } } | undefined)?.stresstester?.protocol;
}
