// A problem that two people share: Ada in VS Code, Bob at a terminal. ROOMS_SERVER
// is the shared server's address; ROOMS_PEOPLE names two people whom it does not know
// yet.
import { Editor, equal, eventually, folderOf, join, matches, readFile, rm } from "./harness.mjs";
import { Terminal, allow, signUp } from "./machine.mjs";

export default async function (step, opened) {
  const server = process.env.ROOMS_SERVER;
  if (!server) throw new Error("ROOMS_SERVER does not say where the server is; testing_env/e2e/vscode.sh starts one");
  const [me, other] = (process.env.ROOMS_PEOPLE ?? "ada bob").split(" ");
  const example = "examples/max-subarray";
  const folder = await folderOf("contest", {
    "best-segment/sol.cpp": { from: `${example}/fixed.cpp` },
    "best-segment/brute.py": { from: `${example}/brute.py` },
    "best-segment/gen.cpp": { from: `${example}/gen.cpp` },
  });
  const editor = await Editor.open({ opened, folder, env: { STRESSTESTER_KEYRING: "off" } });
  const { page } = editor;
  const bob = await Terminal.open(other);
  const theirs = await editor.browser.newContext();
  await editor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const mine = () => readFile(join(folder, "best-segment/sol.cpp"), "utf8");
  const room = page.locator('.statusbar-item[id$="stresstester.room"]');
  const row = (text) => page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row").filter({ hasText: text }).first();
  const untilRoom = (pattern) => eventually(`the room's item to say ${pattern}`, async () => {
    const text = (await room.count()) === 0 ? "" : await room.first().textContent();
    if (pattern.test(text)) return text;
    throw new Error(text);
  });
  const drawn = (text) => eventually(`${text} in the editor`, async () => (await editor.lineTexts()).some((line) => line.includes(text)));
  /** Puts other text in place of a line of the active editor, as far in as that one was. */
  const replaceLine = async (line, text) => {
    await editor.goTo(line);
    await editor.press("Home", "Shift+End");
    await page.keyboard.insertText(text);
    await drawn(text);
  };
  const save = async () => {
    await editor.press("Control+s");
    await page.locator(".tab.active:not(.dirty)").waitFor();
  };
  /** Both change a line: Bob's text is in the room when Ada saves hers. */
  const collide = async (line, ours, from, to) => {
    await replaceLine(line, ours);
    await bob.change("best-segment/sol.cpp", from, to);
    await editor.toast(/was changed by somebody else where you are changing it/);
    await editor.closeToasts();
    await editor.tab("sol.cpp");
    await save();
  };
  /** The quick fixes of a line, as a menu that is open. */
  const fixes = async (line) => {
    await editor.goTo(line);
    await editor.press("Control+.");
    const menu = page.locator(".action-widget .monaco-list-row.action");
    await menu.filter({ hasText: "Keep mine" }).first().waitFor({ timeout: 3000 });
    return menu;
  };
  /** Takes one of them. The menu goes when a diagnostic comes anew, and is blind until the mouse has moved. */
  const fix = async (line, title) => eventually(`the quick fix ${title}`, async () => {
    const item = (await fixes(line)).filter({ hasText: title }).first();
    const { x, y, width, height } = await item.boundingBox({ timeout: 1000 });
    await page.mouse.move(x + 5, y + height / 2);
    await page.mouse.move(x + width / 2, y + height / 2);
    await item.click({ timeout: 2000 });
    return true;
  });
  /** Leaves the room of the active editor, in one of the two ways. */
  const leave = async (way, then) => {
    await editor.command("Stress Tester: Leave Shared Room");
    const dialog = page.locator(".monaco-dialog-box").filter({ hasText: "Leave the room" });
    await dialog.locator(".monaco-button").filter({ hasText: new RegExp(`^${way}$`) }).first().click();
    await then?.();
    await eventually("no item of a room", async () => (await room.count()) === 0 || !(await room.first().isVisible()));
  };
  /** Ada's text and Bob's, once they have both synced, are the same and have this. */
  const bothHave = async (text, without = "<<<<<<<") => {
    await eventually(`${text} at both`, async () => {
      await bob.run("room", "sync");
      const [ours, his] = [await mine(), await bob.read("best-segment/sol.cpp")];
      if (ours === his && ours.includes(text) && !ours.includes(without)) return true;
      throw new Error(`mine:\n${ours}\nhis:\n${his}`);
    });
  };

  try {
    await step("signing in shows a code, which is typed in in the browser", async () => {
      await signUp(editor.context, server, me);
      await editor.command("Stress Tester: Sign In to a Server");
      const tab = editor.context.waitForEvent("page");
      await editor.answer(server);
      const toast = await editor.toast(/type in the code/);
      const code = /code (\S+-\S+)/.exec(await toast.textContent())[1];
      // VS Code asks whether it may open the page.
      await page.locator(".monaco-dialog-box .monaco-button").filter({ hasText: /^Open$/ }).first().click();
      await allow(await tab, code);
      await editor.toast(new RegExp(`signed in to ${server} as ${me}`));
      await editor.closeToasts();
    });

    let link;
    await step("the problem is shared, its link is in the clipboard, and the view lists it", async () => {
      await editor.openFile("best-segment/sol.cpp");
      await editor.command("Stress Tester: Share This Problem");
      const began = Date.now();
      await editor.toast(/is shared\. Who has the link can join/);
      console.log(`      from the command to the link: ${Date.now() - began} ms`);
      link = await page.evaluate(() => navigator.clipboard.readText());
      matches(new RegExp(`^${server}/invite#`), link, "the clipboard");
      await editor.closeToasts();
      await editor.command("Stress Tester: Focus on Rooms View");
      await row("synced").waitFor();
      await untilRoom(/best-segment/);
    });

    await step("somebody joins by the link, and what they change arrives in the open document, saved", async () => {
      await signUp(theirs, server, other);
      await bob.login(server, theirs);
      await bob.run("room", "join", "--folder", join(bob.home, "best-segment"), link);
      equal(await mine(), await bob.read("best-segment/sol.cpp"), "what came with the room");
      await editor.tab("sol.cpp");
      await bob.change("best-segment/sol.cpp", "lowest = 0;", "least = 0;");
      const began = Date.now();
      await drawn("least = 0;");
      console.log(`      from the other's sync to the editor: ${Date.now() - began} ms`);
      await eventually("the file", async () => (await mine()).includes("least = 0;"));
      await page.locator(".tab.active:not(.dirty)").waitFor();
    });

    await step("what is saved here arrives there, and what is not stays and is merged", async () => {
      await replaceLine(4, "// one more place.");
      await bob.change("best-segment/sol.cpp", "int n;", "int n = 0;");
      await drawn("int n = 0;");
      await page.locator(".tab.active.dirty").waitFor();
      equal(false, (await mine()).includes("one more place"), "saved by somebody else");
      await save();
      await bothHave("one more place");
    });

    await step("a line that both changed is a conflict: a diagnostic, the room's item, the tree", async () => {
      await collide(7, "long long best = -4e18, sum = 0;", "long long best = LLONG_MIN, sum = 0,", "long long best = a[0], sum = 0,");
      await untilRoom(/1 to decide/);
      await eventually("the diagnostic", async () => (await editor.problems()).some((text) => /Changed here and in the room/.test(text) && /best = a\[0\]/.test(text.replaceAll("\u00a0", " ")) && /\[Ln 7,/.test(text)));
      await editor.command("Stress Tester: Focus on Rooms View");
      await row("1 place to decide").waitFor();
      await editor.closeToasts();
      await editor.tab("sol.cpp");
      const titles = await eventually("the quick fixes", async () => (await (await fixes(7)).allTextContents()).join("\n"));
      for (const title of ["Keep mine", "Keep theirs", "Keep both", "Open merge", "This text is merged"]) matches(new RegExp(title), titles, "the quick fixes");
      await editor.picture("conflict");
    });

    await step("the merge opens with both texts, and is taken as it was edited", async () => {
      await editor.press("Escape");
      await fix(7, "Open merge");
      await page.locator('.tab.active[data-resource-name="merge-sol.cpp"]').waitFor();
      await drawn("<<<<<<<");
      await editor.untilLens(/Take this text/);
      await editor.picture("merge");
      await page.locator(".editor-group-container.active .codelens-decoration a").filter({ hasText: "Take this text" }).first().click();
      await editor.toast(/markers/);
      await editor.closeToasts();
      await editor.tab("merge-sol.cpp");
      const lines = await editor.lineTexts();
      const first = lines.findIndex((line) => line.startsWith("<<<<<<<"));
      await editor.goTo(first + 1);
      for (let at = first; !lines[at].startsWith(">>>>>>>"); at++) await editor.press("Shift+ArrowDown");
      await editor.press("Shift+End");
      await page.keyboard.insertText("    long long best = a.front(), sum = 0, least = 0;");
      await editor.goTo(1); // where the code lenses are
      await editor.untilLens(/Take this text/);
      await page.locator(".editor-group-container.active .codelens-decoration a").filter({ hasText: "Take this text" }).first().click();
      await page.locator('.tab[data-resource-name="merge-sol.cpp"]').waitFor({ state: "detached" });
      await editor.tab("sol.cpp");
      await drawn("best = a.front()");
      await untilRoom(/best-segment$/);
      await bothHave("best = a.front()");
    });

    await step("a quick fix keeps both", async () => {
      await collide(19, "int n = 1;", "int n = 0;", "int n = 2;");
      await untilRoom(/1 to decide/);
      await editor.closeToasts();
      await editor.tab("sol.cpp");
      await fix(19, "Keep both");
      await drawn("int n = 2;");
      await bothHave("    int n = 1;\n    int n = 2;\n");
    });

    await step("the message about a conflict leads to the decision: theirs", async () => {
      await replaceLine(19, "int n = 3;");
      await bob.change("best-segment/sol.cpp", "int n = 1;", "int n = 4;");
      await editor.toast(/was changed by somebody else/);
      await editor.closeToasts();
      await editor.tab("sol.cpp");
      await save();
      const toast = await editor.toast(/Decide…/);
      await toast.locator(".monaco-button").filter({ hasText: "Decide…" }).first().click();
      await editor.answer("Keep theirs");
      await drawn("int n = 4;");
      await bothHave("int n = 4;", "int n = 3;");
    });

    await step("the folder is taken out, and the room comes to another one by its link", async () => {
      await leave("Only Take the Folder Out");
      await editor.command("Stress Tester: Join a Shared Room…");
      await editor.answer(link);
      const toast = await editor.toast(/is in .*contest/);
      const joined = / is in (\S+)/.exec(await toast.textContent())[1];
      equal(await bob.read("best-segment/sol.cpp"), await readFile(join(joined, "sol.cpp"), "utf8"), "what came with the room");
      await editor.closeToasts();
      await untilRoom(/best-segment/);
    });

    await step("the last owner is told why they cannot leave; the folder is taken out, and the files stay", async () => {
      await leave("Leave", async () => {
        const toast = await editor.toast(/you are the last owner/);
        await toast.locator(".monaco-button").filter({ hasText: "Only Take the Folder Out" }).first().click();
      });
      await editor.command("Stress Tester: Focus on Rooms View");
      await page.locator(".welcome-view").filter({ hasText: "A room is a problem that several people" }).first().waitFor();
      matches(/best_segment/, await mine(), "the file");
    });

    await step("signed out, sharing says how to sign in", async () => {
      await editor.command("Stress Tester: Sign Out of a Server");
      await editor.toast(/signed out of/);
      await editor.closeToasts();
      await editor.openFile("best-segment/sol.cpp");
      await editor.command("Stress Tester: Share This Problem");
      await editor.toast(/sign/i);
    });
  } finally {
    await bob.close();
    await rm(join(folder, ".."), { recursive: true, force: true });
  }
}
