// A real VS Code with the packaged extension: code-server serves it, headless
// Chromium shows it. Steps wait for conditions, never for time.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const patience = Number(process.env.PATIENCE ?? 90_000); // milliseconds for anything but a build of the image
export const top = join(import.meta.dirname, "..", "..", "..");
const codeServer = process.env.CODE_SERVER;

/** Waits until the condition gives something, and gives it. */
export async function eventually(what, condition, limit = patience) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function equal(wanted, got, what) {
  if (JSON.stringify(wanted) !== JSON.stringify(got)) throw new Error(`${what}: wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
}

export function matches(pattern, got, what = "text") {
  if (!pattern.test(got)) throw new Error(`${what}: wanted ${pattern}, got ${JSON.stringify(got)}`);
}

/** A pattern that matches the text and nothing else. */
export function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a program to its end. */
export async function run(command, args, env) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${output.slice(-2000)}`);
  return output;
}

const settings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.layoutControl.enabled": false,
  "window.commandCenter": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.ignoreRecommendations": true,
  "extensions.autoCheckUpdates": false,
  "files.autoSave": "off",
  "editor.minimap.enabled": false,
  "editor.fontFamily": "'DejaVu Sans Mono'",
  "editor.fontSize": 13,
  "editor.hover.delay": 100,
  "git.enabled": false,
  "chat.commandCenter.enabled": false,
  "breadcrumbs.enabled": false,
  "workbench.reduceMotion": "on",
  "remote.autoForwardPorts": false,
};

/** Where the extension is installed; once is enough, for nobody writes there. */
let installed;
function install() {
  installed ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "stresstester-extensions-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const data = join(folder, "data");
    await run(process.execPath, [codeServer, "--user-data-dir", data, "--extensions-dir", join(folder, "extensions"), "--install-extension", process.env.VSIX], { ...process.env, HOME: folder });
    return join(folder, "extensions");
  })();
  return installed;
}

/** One VS Code, with one folder open and nothing of this machine's user. */
export class Editor {
  /** Starts it, on a folder or on a .code-workspace file. */
  static async open({ opened, folder, workspace, theme = "Default Dark Modern", more = {}, env = {}, width = 1280, height = 800, trusted = true, welcomed = true }) {
    const editor = new Editor();
    opened(editor);
    editor.home = await mkdtemp(join(tmpdir(), "stresstester-vscode-"));
    editor.folder = folder;
    const data = join(editor.home, "data");
    editor.extensions = await install();
    await mkdir(join(data, "User"), { recursive: true });
    await mkdir(join(editor.home, "run"), { mode: 0o700 });
    const all = { ...settings, "workbench.colorTheme": theme, "security.workspace.trust.enabled": !trusted, ...more };
    await writeFile(join(data, "User", "settings.json"), JSON.stringify(all));
    editor.env = {
      ...process.env,
      HOME: editor.home,
      XDG_CONFIG_HOME: join(editor.home, "config"),
      XDG_DATA_HOME: join(editor.home, "share"),
      XDG_STATE_HOME: join(editor.home, "state"),
      XDG_RUNTIME_DIR: join(editor.home, "run"),
      STRESSTESTER_COMPANION: "off",
      ...env,
    };
    for (const name of ["VSCODE_IPC_HOOK_CLI", "NODE_OPTIONS", "PORT"]) delete editor.env[name];
    const common = ["--user-data-dir", data, "--extensions-dir", editor.extensions];
    editor.server = spawn(
      process.execPath,
      [codeServer, ...common, "--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", ...(trusted ? ["--disable-workspace-trust"] : [])],
      { env: editor.env, stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    editor.output = "";
    for (const stream of [editor.server.stdout, editor.server.stderr]) stream.on("data", (chunk) => (editor.output += chunk));
    editor.address = (await eventually("code-server", () => /HTTP server listening on (http:\/\/[^\s]+)/.exec(editor.output)?.[1])).replace(/\/$/, "");
    editor.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server", "--force-color-profile=srgb"],
    });
    editor.context = await editor.browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
    await editor.load(workspace ? `workspace=${encodeURIComponent(workspace)}` : `folder=${encodeURIComponent(folder)}`);
    if (welcomed) await editor.welcome();
    return editor;
  }

  /** Opens a window, and waits until it can be used. */
  async load(query) {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(patience);
    // What the window complains about is worth knowing when a step fails.
    this.page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && /stresstester/i.test(message.text())) this.output += `[window] ${message.text()}\n`;
    });
    await this.page.goto(`${this.address}/?${query}`);
    await this.page.locator(".monaco-workbench .statusbar").waitFor();
    await this.page.locator(".explorer-folders-view").first().waitFor();
  }

  /** Another window of the same VS Code, on another folder. It goes with the first one. */
  async window(folder) {
    const other = Object.assign(new Editor(), this, { folder });
    await other.load(`folder=${encodeURIComponent(folder)}`);
    return other;
  }

  /** The walkthrough opens by itself the first time; it is closed here. */
  async welcome() {
    await this.command("Stress Tester: Show Version");
    await this.toast(/server/);
    await this.closeToasts();
    await this.command("View: Close All Editors");
    await eventually("no editor", async () => (await this.page.locator(".tabs-container .tab").count()) === 0);
  }

  async close() {
    await this.browser?.close();
    if (this.server && this.server.exitCode === null) {
      const gone = new Promise((resolve) => this.server.on("exit", resolve));
      process.kill(-this.server.pid, "SIGTERM"); // its own process group
      await gone;
    }
    // The window's own daemon, which would outlive it for a while.
    await run(join(top, "bin", "stresstester"), ["daemon", "stop"], this.env).catch(() => undefined);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The code lenses above the first line. */
  async lens() {
    return (await this.page.locator(".editor-group-container.active .codelens-decoration").allTextContents()).join(" | ");
  }

  async untilLens(pattern) {
    return eventually(`a code lens ${pattern}`, async () => {
      const text = await this.lens();
      if (pattern.test(text)) return text;
      throw new Error(text);
    });
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  /** Carries out a command of the palette. */
  async command(title) {
    const input = this.page.locator(".quick-input-widget input.input");
    // Where nothing reacts to it: a hover would cover the list.
    await this.page.mouse.move(2, 480);
    // The whole title, for there may be one that begins with it.
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ has: this.page.locator(".label-name", { hasText: new RegExp(`^${literal(title)}(…|$)`) }) }).first();
    // An extension's commands come a moment after the window.
    await eventually(`the command ${title}`, async () => {
      await this.press("Escape", "F1");
      await input.waitFor({ timeout: 3000 });
      await input.fill(`>${title}`, { timeout: 3000 });
      await row.waitFor({ timeout: 3000 });
      return true;
    });
    await row.click();
  }

  /** Answers an input box or picks from a list. */
  async answer(text, hint = "") {
    // Boxes that follow each other are told apart by what they hint at.
    const input = this.page.locator(`.quick-input-widget input.input${hint === "" ? "" : `[placeholder="${hint}"]`}`);
    await input.waitFor();
    await input.fill(text);
    await this.press("Enter");
  }

  /** Opens a file of the folder by its name. */
  async openFile(name) {
    await this.press("Control+p");
    const input = this.page.locator(".quick-input-widget input.input");
    await input.waitFor();
    await input.fill(name);
    // Files that were open before are listed until what was typed has been looked for,
    // and Enter takes the one that has the focus.
    await this.page.locator(".quick-input-list .monaco-list-row.focused").filter({ has: this.page.locator(".label-name", { hasText: new RegExp(`^${literal(name.split("/").pop())}$`) }) }).first().waitFor();
    await this.press("Enter");
    await this.page.locator(`.tab.active[data-resource-name="${name.split("/").pop()}"]`).waitFor();
    await this.page.locator(".editor-group-container.active .monaco-editor .view-line").first().waitFor();
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  }

  /** Puts the cursor on a line of the active editor. */
  async goTo(line) {
    const editor = this.page.locator(".editor-group-container.active .monaco-editor").first();
    const input = this.page.locator(".quick-input-widget input.input");
    // A view that was just opened may take the focus a moment later.
    await eventually("the box for the line", async () => {
      await editor.locator("textarea.inputarea, .native-edit-context").first().focus({ timeout: 2000 });
      await this.press("Control+g");
      await input.waitFor({ timeout: 500 });
      return true;
    });
    await input.fill(`:${line}`);
    await this.press("Enter");
    await input.waitFor({ state: "hidden" });
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  }

  /** Moves a line up, and waits until the line above says what it is to say. */
  async moveUp(line, wanted) {
    const done = async () => (await this.lineTexts())[line - 2]?.includes(wanted);
    await eventually(`line ${line - 1} to say ${wanted}`, async () => {
      await this.goTo(line);
      await this.press("Alt+ArrowUp");
      // A view that was just opened may have got the key.
      return eventually("the lines to change places", done, 5000);
    });
  }

  /** Brings an open file to the front. */
  async tab(name) {
    await eventually(`the tab ${name}`, async () => {
      await this.page.locator(`.tab[data-resource-name="${name}"]`).first().click();
      // What a command opens may come to the front a moment later.
      await this.page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor({ timeout: 3000 });
      return true;
    });
  }

  /** The text of the item in the status bar. */
  async status() {
    const item = this.page.locator('.statusbar-item[id$="stresstester.status"]');
    return (await item.count()) === 0 ? "" : ((await item.first().textContent()) ?? "").trim();
  }

  async untilStatus(pattern, limit) {
    return eventually(`the status ${pattern}`, async () => {
      const text = await this.status();
      if (pattern.test(text)) return text;
      throw new Error(text);
    }, limit);
  }

  /** The line that the cursor is on, in the status bar's words. */
  async cursor() {
    return this.page.locator("#status\\.editor\\.selection").textContent();
  }

  /** Text of the editor's decorations and lines, as they are drawn. */
  async lineTexts() {
    return (await this.page.locator(".editor-group-container.active .monaco-editor .view-line").allTextContents()).map((line) => line.replaceAll("\u00a0", " "));
  }

  /** The rows of the Problems view. */
  async problems() {
    if ((await this.page.locator(".markers-panel-container").count()) === 0) {
      await this.command("Problems: Focus on Problems View");
      await this.page.locator(".markers-panel-container").first().waitFor();
    }
    return this.page.locator(".markers-panel-container .monaco-list-row").allTextContents();
  }

  /** The frame of the results, or of the check, once it has drawn something that matches. */
  async webview(selector) {
    return eventually(`a webview with ${selector}`, async () => {
      for (const frame of this.page.frames()) {
        if (frame.name() === "" || frame === this.page.mainFrame()) continue;
        try {
          if ((await frame.locator(selector).count()) > 0) return frame;
        } catch {
          // The frame is gone; another one may be there.
        }
      }
      return undefined;
    });
  }

  async toast(pattern) {
    const toast = this.page.locator(".notification-toast-container .notification-list-item").filter({ hasText: pattern }).first();
    await toast.waitFor();
    return toast;
  }

  async closeToasts() {
    await this.command("Notifications: Clear All Notifications");
    await eventually("no notification", async () => (await this.page.locator(".notification-toast-container .notification-list-item").count()) === 0);
  }

  /** Changes settings of the folder, which VS Code watches. */
  async set(changes) {
    this.folderSettings = { ...this.folderSettings, ...changes };
    await mkdir(join(this.folder, ".vscode"), { recursive: true });
    await writeFile(join(this.folder, ".vscode", "settings.json"), JSON.stringify(this.folderSettings));
  }

  /** A picture for the documentation, when those are made anew. */
  async picture(name, options = {}) {
    if (!process.env.SCREENSHOTS) return;
    await this.page.mouse.move(0, 0);
    const file = join(process.env.SCREENSHOTS, `vscode-${name}.png`);
    await this.page.screenshot({ path: file, animations: "disabled", caret: "hide", style: ".workbench-hover-container { visibility: hidden !important }", ...options });
  }

  /** What the extension has logged. */
  async log() {
    const logs = join(this.home, "data", "logs");
    let log = "";
    for (const name of await readdir(logs, { recursive: true }).catch(() => [])) {
      if (/stresstester\.stresstester.*\.log$/.test(name)) log += await readFile(join(logs, name), "utf8");
    }
    return log;
  }

  /** A picture of what stands on the screen when something went wrong. */
  async evidence(name) {
    const file = join(process.env.EVIDENCE ?? tmpdir(), `${name}.png`);
    await this.page?.screenshot({ path: file }).catch(() => undefined);
    const log = await this.log();
    return `${file}\n      the extension's log ends with\n      ${log.trim().split("\n").slice(-25).join("\n      ")}`;
  }
}

/** A folder of that name with copies of files: { name: text } or { name: path of an existing file }. */
export async function folderOf(name, files) {
  const folder = join(await mkdtemp(join(tmpdir(), "stresstester-problem-")), name);
  await mkdir(folder);
  for (const [file, content] of Object.entries(files)) {
    const target = join(folder, file);
    await mkdir(join(target, ".."), { recursive: true });
    if (content.from) await cp(join(top, content.from), target);
    else await writeFile(target, content.text);
  }
  return folder;
}

export { join, mkdir, readFile, writeFile, rm };
