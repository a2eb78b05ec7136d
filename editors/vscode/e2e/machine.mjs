// Other people's machines, for scenarios in which several work together: a terminal
// with the command line, and a browser in which its owner is signed in.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { top } from "./harness.mjs";
import { join } from "node:path";

const program = join(top, "bin", "stresstester");
const password = "correct horse battery";

/** Makes an account on the server's page, which stays signed in there. */
export async function signUp(context, server, name) {
  const page = await context.newPage();
  await page.goto(`${server}/sign-up`);
  await page.locator('[name="name"]').fill(name);
  await page.locator('[name="password"]').fill(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/rooms");
  await page.close();
}

/** Lets a device in whose code the page asks for, or has been given. */
export async function allow(page, code) {
  const asked = page.locator('input.codefield[name="user_code"]');
  const allowed = page.getByRole("button", { name: "Allow" });
  await asked.or(allowed).first().waitFor();
  if (await asked.isVisible()) {
    await asked.fill(code);
    await page.keyboard.press("Enter");
  }
  await allowed.click();
  await page.getByText("The device is logged in").waitFor();
  await page.close();
}

/** A terminal on a machine of its own. */
export class Terminal {
  static async open(name) {
    const terminal = new Terminal();
    terminal.home = await mkdtemp(join(tmpdir(), `stresstester-${name}-`));
    terminal.env = {
      PATH: process.env.PATH,
      HOME: terminal.home,
      XDG_CONFIG_HOME: join(terminal.home, "config"),
      XDG_STATE_HOME: join(terminal.home, "state"),
      XDG_RUNTIME_DIR: terminal.home,
      STRESSTESTER_KEYRING: "off",
    };
    return terminal;
  }

  /** Runs the program to its end, and gives what it printed. */
  run(...args) {
    return new Promise((resolve, reject) => {
      execFile(program, args, { env: this.env, cwd: this.home, timeout: 60_000 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`stresstester ${args.join(" ")}: ${error.message}: ${stderr}`));
        else resolve(stdout);
      });
    });
  }

  /** Signs in, in a browser that comes back to this machine by itself. */
  async login(server, context) {
    // A screen, but nothing in PATH to open a browser with: the address is printed in any case.
    const child = spawn(program, ["login", server], { env: { ...this.env, DISPLAY: ":0", PATH: this.home }, cwd: this.home, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((resolve) => child.on("close", resolve));
    let said = "";
    const address = await new Promise((resolve, reject) => {
      child.stderr.on("data", (data) => {
        said += data;
        const found = /^ +(http\S+)\n/m.exec(said);
        if (found) resolve(found[1]);
      });
      child.on("close", () => reject(new Error(`the sign-in ended: ${said}`)));
    });
    const page = await context.newPage();
    await page.goto(address);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("You are signed in. This page can be closed.").waitFor();
    await page.close();
    if ((await ended) !== 0) throw new Error(`the sign-in failed: ${said}`);
  }

  read(file) {
    return readFile(join(this.home, file), "utf8");
  }

  write(file, text) {
    return writeFile(join(this.home, file), text);
  }

  /** Changes a file and brings the change to its room. */
  async change(file, from, to) {
    const before = await this.read(file);
    if (!before.includes(from)) throw new Error(`${file} has no ${from}: ${before}`);
    await this.write(file, before.replace(from, to));
    await this.run("room", "sync");
  }

  close() {
    return rm(this.home, { recursive: true, force: true });
  }
}
