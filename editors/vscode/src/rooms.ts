/** Shared rooms: the view that lists them, the item in the status bar, and their commands. */
import * as vscode from "vscode";
import { basename } from "./languages";
import { command, type AccountInfo, type RoomInfo, type RoomsNotification, type RoomsResolveParams, type SaveNotification } from "./protocol";
import type { Server } from "./server";

type Line = { room: RoomInfo; conflict?: RoomInfo["conflicts"][number] };

const icons: Partial<Record<RoomInfo["standing"], string>> = {
  synced: "check", pending: "sync", conflict: "git-merge", offline: "cloud-offline", gone: "circle-slash",
};

export class Rooms implements vscode.Disposable, vscode.TreeDataProvider<Line> {
  private rooms: RoomInfo[] = [];
  private accounts: AccountInfo[] = [];
  private readonly told = new Map<string, string>();
  /** The documents that were opened to merge in. */
  private readonly merges = new Set<string>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly item = vscode.window.createStatusBarItem("stresstester.room", vscode.StatusBarAlignment.Left, 9);
  private readonly disposables: vscode.Disposable[];
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly server: Server) {
    this.item.name = "Stress Tester Room";
    const all: Record<string, (argument?: unknown) => unknown> = {
      login: () => this.login(),
      logout: () => this.logout(),
      rooms: () => this.pick(),
      shareRoom: () => this.share(),
      joinRoom: () => this.join(),
      leaveRoom: (line) => this.leave(line as Line | undefined),
      syncRooms: () => this.sync(),
      decideConflict: (line) => this.decide(line as Line | undefined),
      openRoomPage: (line) => this.openPage(line as Line | undefined),
    };
    this.disposables = [
      this.item, this.changed,
      vscode.window.registerTreeDataProvider("stresstester.rooms", this),
      vscode.window.onDidChangeActiveTextEditor(() => this.draw()),
      server.onRooms((told) => this.update(told)),
      server.onSave((told) => void this.save(told)),
      ...Object.entries(all).map(([name, handler]) =>
        vscode.commands.registerCommand(`stresstester.ui.${name}`, (argument?: unknown) => this.guard(() => handler(argument))),
      ),
    ];
  }

  /** Carries out, and says what went wrong. */
  private async guard(action: () => unknown): Promise<unknown> {
    try {
      return await action();
    } catch (error) {
      void vscode.window.showErrorMessage(`Stress Tester: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Commands of code lenses and quick fixes that more belongs to here. */
  intercept(name: string, argument: unknown): Thenable<unknown> | undefined {
    switch (name) {
      case command.roomsOpenConflict:
        return this.guard(() => this.openMerge((argument as { uri: string }).uri));
      case command.roomsResolve:
        return this.guard(() => this.resolve(argument as RoomsResolveParams));
      default:
        return undefined;
    }
  }

  private update(told: RoomsNotification): void {
    this.rooms = told.rooms;
    this.accounts = told.accounts;
    void vscode.commands.executeCommand("setContext", "stresstester.signedIn", this.accounts.length > 0);
    for (const room of this.rooms) {
      if (this.told.get(room.room) !== room.standing && (room.standing === "conflict" || room.standing === "gone")) void this.warn(room);
      this.told.set(room.room, room.standing);
    }
    this.changed.fire();
    this.draw();
  }

  private async warn(room: RoomInfo): Promise<void> {
    const decide = "Decide…";
    const ways = room.standing === "conflict" ? [decide] : [];
    const choice = await vscode.window.showWarningMessage(`Stress Tester: ${room.title}: ${room.message}`, ...ways);
    if (choice === decide) await vscode.commands.executeCommand("stresstester.ui.decideConflict", { room, conflict: room.conflicts[0] });
  }

  /** A document that got what it lacked from its room is saved if it still is as it was left. */
  private async save(told: SaveNotification): Promise<void> {
    const uri = vscode.Uri.parse(told.uri).toString();
    const document = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri);
    if (document && document.version === told.version && document.isDirty) await document.save();
  }

  /** The room of a document: the one whose folder it is in, the deepest. */
  of(uri: vscode.Uri | undefined): RoomInfo | undefined {
    if (!uri) return undefined;
    const path = vscode.Uri.parse(uri.toString()).path;
    return this.rooms
      .filter((room) => room.dir !== "" && path.startsWith(`${vscode.Uri.parse(room.dir).path}/`))
      .sort((a, b) => b.dir.length - a.dir.length)[0];
  }

  private draw(): void {
    const room = this.of(vscode.window.activeTextEditor?.document.uri);
    if (!room) {
      this.item.hide();
      return;
    }
    const waiting = room.conflicts.length > 0 ? `: ${room.conflicts.length} to decide` : "";
    const others = room.present.length > 0 ? ` $(person) ${room.present.length}` : "";
    this.item.text = `$(${icons[room.standing] ?? "cloud"}) ${room.title}${waiting}${others}`;
    this.item.tooltip = [room.title, room.message, room.present.length > 0 ? `Here now: ${room.present.join(", ")}` : ""].filter((s) => s !== "").join("\n");
    this.item.accessibilityInformation = { label: `Shared room ${room.title}: ${room.message}` };
    this.item.command = room.standing === "conflict" ? "stresstester.ui.decideConflict" : "stresstester.ui.rooms";
    this.item.backgroundColor = room.standing === "conflict" || room.standing === "gone" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.show();
  }

  getChildren(line?: Line): Line[] {
    if (line) return line.conflict ? [] : line.room.conflicts.map((conflict) => ({ room: line.room, conflict }));
    return this.rooms.map((room) => ({ room }));
  }

  getTreeItem(line: Line): vscode.TreeItem {
    if (line.conflict) {
      const item = new vscode.TreeItem(basename(vscode.Uri.parse(line.conflict.uri).path));
      item.description = line.conflict.places === 1 ? "1 place to decide" : `${line.conflict.places} places to decide`;
      item.iconPath = new vscode.ThemeIcon("git-merge");
      item.contextValue = "conflict";
      item.command = { title: "Open", command: "vscode.open", arguments: [vscode.Uri.parse(line.conflict.uri)] };
      return item;
    }
    const { room } = line;
    const item = new vscode.TreeItem(room.title, room.conflicts.length > 0 ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.None);
    // Another id, because a line keeps folded what was once: what waits for a decision is to be seen.
    item.id = room.conflicts.length > 0 ? `${room.room} conflict` : room.room;
    item.description = room.present.length > 0 ? `${room.standing}, with ${room.present.join(", ")}` : room.standing;
    item.tooltip = `${room.message}\n${room.role} on ${room.server}`;
    item.iconPath = new vscode.ThemeIcon(icons[room.standing] ?? "cloud");
    item.contextValue = "room";
    if (room.tested !== "") item.command = { title: "Open", command: "vscode.open", arguments: [vscode.Uri.parse(room.tested)] };
    return item;
  }

  private async login(): Promise<void> {
    const server = await vscode.window.showInputBox({
      title: "Sign in to a Stress Tester server", prompt: "The server's address, such as https://stress.example.org", value: this.accounts[0]?.server ?? "", ignoreFocusOut: true,
    });
    if (!server) return;
    const account = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Signing in to ${server}` }, () =>
      this.server.execute(command.login, { server, device: vscode.env.remoteName !== undefined }),
    );
    void vscode.window.showInformationMessage(`Stress Tester: signed in to ${account.server} as ${account.name}`);
  }

  private async logout(): Promise<void> {
    const servers = this.accounts.map((account) => account.server);
    const server = servers.length > 1 ? await vscode.window.showQuickPick(servers, { title: "Sign out of which server?" }) : servers[0];
    const account = await this.server.execute(command.logout, { server });
    void vscode.window.showInformationMessage(`Stress Tester: signed out of ${account.server}`);
  }

  /** Lists all rooms, those of the server too, and opens the one that is picked. */
  private async pick(): Promise<void> {
    const { rooms, error } = await this.server.execute(command.roomsList, {});
    if (error) void vscode.window.showWarningMessage(`Stress Tester: ${error}`);
    const picked = await vscode.window.showQuickPick(
      rooms.map((room) => ({ label: `$(${icons[room.standing] ?? "cloud"}) ${room.title}`, description: room.standing || "on the server", detail: room.message, room })),
      { title: "Shared rooms", placeHolder: rooms.length > 0 ? "Open a room, or bring it to this machine" : "No rooms yet: share a problem first" },
    );
    if (!picked) return;
    if (picked.room.tested !== "") await vscode.window.showTextDocument(vscode.Uri.parse(picked.room.tested));
    else if (picked.room.dir === "") await this.server.execute(command.roomsJoin, { link: picked.room.room });
  }

  private async share(): Promise<void> {
    const uri = vscode.window.activeTextEditor?.document.uri;
    if (!uri) throw new Error("open the solution that is to be shared first");
    const { room, link } = await this.server.execute(command.roomsShare, { uri: uri.toString() });
    const copy = "Copy Link";
    if (link) await vscode.env.clipboard.writeText(link);
    const choice = await vscode.window.showInformationMessage(`Stress Tester: ${room.title} is shared. Who has the link can join; it is in the clipboard.`, copy, "Open Page");
    if (choice === copy && link) await vscode.env.clipboard.writeText(link);
    else if (choice === "Open Page") await vscode.env.openExternal(vscode.Uri.parse(room.address));
  }

  private async join(): Promise<void> {
    const link = await vscode.window.showInputBox({ title: "Join a shared room", prompt: "The invitation's link, or the room's address", ignoreFocusOut: true });
    if (!link) return;
    const { room } = await this.server.execute(command.roomsJoin, { link });
    void vscode.window.showInformationMessage(`Stress Tester: ${room.title} is in ${vscode.Uri.parse(room.dir).fsPath}`);
  }

  private here(line: Line | undefined): RoomInfo {
    const room = line?.room ?? this.of(vscode.window.activeTextEditor?.document.uri) ?? (this.rooms.length === 1 ? this.rooms[0] : undefined);
    if (!room) throw new Error("this file is in no shared room");
    return room;
  }

  private async leave(line: Line | undefined): Promise<void> {
    const room = this.here(line);
    const leave = "Leave";
    const local = "Only Take the Folder Out";
    const choice = await vscode.window.showWarningMessage(`Leave the room ${room.title}? The files stay.`, { modal: true }, leave, local);
    if (!choice) return;
    try {
      await this.server.execute(command.roomsLeave, { room: room.room, local: choice === local });
    } catch (error) {
      if (choice === local || !(error instanceof Error) || !/last owner/.test(error.message)) throw error;
      const page = "Open Page";
      const next = await vscode.window.showWarningMessage(
        `Stress Tester: you are the last owner of ${room.title}. Make somebody else one, or delete the room, on its page; or only take the folder out of it.`, page, local,
      );
      if (next === page) await vscode.env.openExternal(vscode.Uri.parse(room.address));
      else if (next === local) await this.server.execute(command.roomsLeave, { room: room.room, local: true });
    }
  }

  private async sync(): Promise<void> {
    const { rooms, error } = await this.server.execute(command.roomsSync, {});
    if (error) throw new Error(error);
    void vscode.window.setStatusBarMessage(`Stress Tester: ${rooms.length === 1 ? "1 room is" : `${rooms.length} rooms are`} in step`, 3000);
  }

  private async decide(line: Line | undefined): Promise<void> {
    const active = vscode.window.activeTextEditor?.document.uri;
    const room = this.here(line);
    const conflict = line?.conflict ?? room.conflicts.find((c) => vscode.Uri.parse(c.uri).path === active?.path) ?? room.conflicts[0];
    if (!conflict) throw new Error("nothing waits for a decision here");
    const uri = conflict.uri;
    const picked = await vscode.window.showQuickPick(
      [
        { label: "Open merge", detail: "both texts in one document, to decide place by place", keep: undefined },
        { label: "Keep mine", detail: "the text on this machine", keep: "mine" as const },
        { label: "Keep theirs", detail: "the room's text", keep: "theirs" as const },
        { label: "Keep both", detail: "one after the other where they differ", keep: "both" as const },
      ],
      { title: `${basename(vscode.Uri.parse(uri).path)} was changed here and in the room` },
    );
    if (!picked) return;
    if (picked.keep) await this.resolve({ uri, keep: picked.keep });
    else await this.openMerge(uri);
  }

  private async openMerge(uri: string): Promise<void> {
    const merge = await this.server.execute(command.roomsOpenConflict, { uri });
    this.merges.add(vscode.Uri.parse(merge.uri).toString());
  }

  /** Decides. A document that was opened to merge in has done its work then. */
  private async resolve(params: RoomsResolveParams): Promise<void> {
    await this.server.execute(command.roomsResolve, params);
    const uri = vscode.Uri.parse(params.uri).toString();
    if (!this.merges.delete(uri)) return;
    await vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri)?.save();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await vscode.window.tabGroups.close(tabs.filter((tab) => tab.input instanceof vscode.TabInputText && tab.input.uri.toString() === uri));
  }

  private async openPage(line: Line | undefined): Promise<void> {
    await vscode.env.openExternal(vscode.Uri.parse(this.here(line).address));
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
