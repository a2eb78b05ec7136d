// Several folders in one window, several runs at a time, several windows beside a
// Neovim, and a folder that is not trusted.
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { Editor, equal, eventually, folderOf, join, matches, rm, run, top as checkout } from "./harness.mjs";

/** A Neovim without a screen that has the plugin and a file open, and the server that a VS Code has brought along. */
async function neovim(editor, file) {
  const nvim = process.env.NEOVIM;
  if (!nvim) throw new Error("NEOVIM names no Neovim: run testing_env/e2e/setup.sh neovim");
  const socket = join(editor.home, "nvim.sock");
  const brought = (await readdir(editor.extensions)).find((name) => name.startsWith("stresstester.stresstester-"));
  const plugin = join(checkout, "editors", "neovim");
  const env = { ...editor.env, PATH: `${join(editor.extensions, brought, "bin")}:${process.env.PATH}`, STRESSTESTER_PLUGIN: plugin };
  const child = spawn(nvim, ["--headless", "-n", "-i", "NONE", "--listen", socket, "-u", join(plugin, "tests", "init.lua"), file], { env, stdio: "ignore" });
  process.on("exit", () => child.kill()); // should a step fail before its end
  const gone = new Promise((resolve) => child.on("close", resolve));
  const lua = async (chunk) => run(nvim, ["--clean", "--headless", "--server", socket, "--remote-expr", `luaeval("(function() ${chunk} end)()")`], env);
  await eventually("Neovim", async () => (await lua("return 1")).trim() === "1");
  return {
    lua,
    end: async () => {
      await lua("vim.schedule(function() vim.cmd('qall!') end)");
      await gone;
    },
  };
}

export default async function (step, opened) {
  const example = "examples/max-subarray";
  const sum = "a, b = map(int, input().split())\nprint(a + b)\n";
  // Two of them run without an end beside each other, and the editor needs a processor, too.
  const patient = "import time\ntime.sleep(0.02)\n";
  const top = await folderOf("contest", {
    "segment/sol.cpp": { from: `${example}/sol.cpp` },
    "segment/brute.py": { from: `${example}/brute.py` },
    "segment/gen.cpp": { from: `${example}/gen.cpp` },
    "sum/add.py": { text: `${patient}${sum}` },
    "sum/add_brute.py": { text: sum },
    "sum/add.spec": { text: "a: int 1..9  b: int 1..9\n" },
    "sum/twice.py": { text: `${patient}print(2 * int(input()))\n` },
    "sum/twice_brute.py": { text: "n = int(input())\nprint(n + n)\n" },
    "sum/twice.spec": { text: "n: int 1..9\n" },
    "beside/window.py": { text: sum },
    "beside/window_brute.py": { text: sum },
    "beside/window.spec": { text: "a: int 1..9  b: int 1..9\n" },
    "beside/vim.py": { text: sum },
    "beside/vim_brute.py": { text: sum },
    "beside/vim.spec": { text: "a: int 1..9  b: int 1..9\n" },
    "beside/.vscode/settings.json": { text: '{ "stresstester.run.tests": 7 }\n' },
    "sum/.vscode/settings.json": { text: '{ "stresstester.run.tests": 7 }\n' },
    "contest.code-workspace": { text: '{ "folders": [{ "path": "segment" }, { "path": "sum" }] }\n' },
  });
  let editor = await Editor.open({ opened, folder: top, workspace: join(top, "contest.code-workspace") });
  let { page } = editor;
  const row = (text) => page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row").filter({ hasText: text }).first();

  /** Waits until the list that opens, which may still have commands in it, has these. */
  const untilListed = (...names) => eventually(`${names} in the list`, async () => {
    const texts = (await page.locator(".quick-input-list .monaco-list-row").allTextContents()).join("\n");
    if (names.every((name) => texts.includes(name))) return true;
    throw new Error(texts);
  });

  await step("the problems of all folders are in the tree", async () => {
    await editor.command("Stress Tester: Focus on Problems View");
    await row("sol.cpp").waitFor();
    await row("add.py").waitFor();
  });

  await step("each folder has settings of its own", async () => {
    await editor.openFile("add.py");
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^OK, 7 tests$/);
    await editor.openFile("sol.cpp");
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^WA on test \d+$/);
  });

  await step("what was found moves with the text, and is marked when a file of the run changes", async () => {
    await eventually("the diagnostic", async () => (await editor.problems()).some((text) => /wrong answer[\s\S]*\[Ln 23,/.test(text)));
    await editor.goTo(1);
    await editor.press("Home");
    await page.keyboard.insertText("// one more line\n");
    await eventually("the diagnostic a line below, marked", async () => (await editor.problems()).some((text) => /outdated: sol\.cpp changed[\s\S]*\[Ln 24,/.test(text)));
    await editor.untilLens(/outdated/);
    await eventually("the text as it was", async () => {
      await editor.press("Control+z");
      return (await editor.lineTexts())[0].startsWith("#include");
    });
    await eventually("the mark to go with the change", async () => (await editor.problems()).some((text) => !/outdated/.test(text) && /wrong answer[\s\S]*\[Ln 23,/.test(text)));
  });

  await step("the explanation leads to the line", async () => {
    await editor.command("Stress Tester: Explain the Failure");
    await page.locator('.tab.active[data-resource-name="explanation.txt"]').waitFor();
    const link = page.locator(".editor-group-container.active .detected-link").filter({ hasText: "sol.cpp:23" }).first();
    await link.waitFor();
    await link.click({ modifiers: ["Control"] });
    await page.locator('.tab.active[data-resource-name="sol.cpp"]').waitFor();
    await eventually("the line", async () => /^Ln 23,/.test(await editor.cursor()));
  });

  await step("two runs go on side by side, are listed, and stop together", async () => {
    for (const name of ["add.py", "twice.py"]) {
      await editor.openFile(name);
      await editor.command("Stress Tester: Run Stress Test With");
      await editor.answer("tests=0 jobs=1");
      await editor.untilStatus(/\/s( \(\+1\))?$/);
    }
    await editor.untilStatus(/\(\+1\)$/);
    await editor.command("Stress Tester: Show Runs");
    await untilListed("add.py", "twice.py");
    await editor.press("Escape");
    await editor.command("Stress Tester: Stop All Stress Tests");
    await eventually("no run", async () => !/\/s|\(\+/.test(await editor.status()));
  });

  await step("two windows and a Neovim share one sandbox and one list of runs", async () => {
    const other = await editor.window(join(top, "beside"));
    await other.openFile("window.py");
    await other.press("Control+Alt+b");
    await other.untilStatus(/^OK, 7 tests$/);
    const vim = await neovim(editor, join(top, "beside", "vim.py"));
    await vim.lua("vim.cmd('StressTester run tests=50')");
    await eventually("Neovim's run", async () => /OK 5\d tests/.test(await vim.lua("return require('stresstester').statusline()")));
    // Neovim's and the other window's are in the first window's list.
    await page.bringToFront();
    await editor.command("Stress Tester: Show Runs");
    await untilListed("window.py", "vim.py");
    await editor.press("Escape");
    const status = JSON.parse(await run(join(checkout, "bin", "stresstester"), ["daemon", "status", "--format", "json"], editor.env));
    equal(3, status.editors, "editors of the daemon");
    equal(1, (await run("docker", ["ps", "-q", "--filter", `label=stresstester.owner.pid=${status.pid}`], process.env)).trim().split("\n").length, "sandboxes");
    await vim.end();
    await other.page.close();
  });

  await step("a name of the spec is renamed everywhere", async () => {
    await editor.openFile("add.spec");
    await editor.goTo(1);
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("n: int 1..9\nb: int[n] 1..9\n");
    await editor.goTo(1);
    await editor.press("Home", "F2");
    const box = page.locator(".rename-box input");
    await box.waitFor();
    await box.fill("count");
    await editor.press("Enter");
    await eventually("the new name", async () => {
      const lines = await editor.lineTexts();
      return /^count: int/.test(lines[0]) && /int\[count\]/.test(lines[1]);
    });
  });

  await step("the server is restarted, and tells its version", async () => {
    await editor.command("Stress Tester: Restart Server");
    await editor.tab("add.py");
    await editor.untilStatus(/^Stress$/);
    await editor.command("Stress Tester: Show Version");
    matches(/extension \d+\.\d+\.\d+, server \S+ \(/, await (await editor.toast(/server/)).textContent());
  });

  await editor.close();
  editor = await Editor.open({ opened, folder: join(top, "sum"), trusted: false, welcomed: false, more: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" } });
  page = editor.page;

  await step("in a folder that is not trusted nothing runs, and the view says why", async () => {
    await editor.openFile("add.py");
    await editor.command("Stress Tester: Focus on Problems View");
    await page.locator(".welcome-view").filter({ hasText: "Programs of this folder are run when you trust it" }).first().waitFor();
    await editor.tab("add.py");
    await editor.press("Control+Alt+b");
    equal(0, await page.locator(".notification-toast-container .notification-list-item").count(), "messages");
    equal(false, /activated[\s\S]*ready after/.test(await editor.log()), "a server that was started");
  });

  await step("trusted, it runs", async () => {
    await editor.command("Workspaces: Manage Workspace Trust");
    await page.locator(".workspace-trust-editor .monaco-button").filter({ hasText: /^Trust$/ }).first().click();
    await editor.tab("add.py");
    await editor.untilStatus(/^Stress$/);
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^OK, 7 tests$/);
  });

  await rm(join(top, ".."), { recursive: true, force: true });
}
