// The third device of the tour of shared rooms: Ada's VS Code, beside her own Neovim and Bob's.
// remote/share's TestTheTour starts the servers and the Neovims and then this scenario, by
// vscode.sh, with
//
//   STRESSTESTER_TOUR_SERVER    the servers' address
//   STRESSTESTER_TOUR_LINK      an invitation to the room
//   STRESSTESTER_TOUR_NAME      who is to sign in, and
//   STRESSTESTER_TOUR_PASSWORD  with which password
//
// The two follow each other by what is in the room, and the test also by the titles of the steps,
// which run.mjs prints when they are done.
import { Editor, eventually, folderOf, join, matches, readFile, rm } from "../../editors/vscode/e2e/harness.mjs";
import { allow } from "../../editors/vscode/e2e/machine.mjs";

const { STRESSTESTER_TOUR_SERVER: server, STRESSTESTER_TOUR_LINK: link, STRESSTESTER_TOUR_NAME: name, STRESSTESTER_TOUR_PASSWORD: password } = process.env;

export default async function (step, opened) {
  if (!server || !link) throw new Error("this scenario is started by remote/share's TestTheTour: make e2e-rooms");
  const folder = await folderOf("contest", { "notes.txt": { text: "Maximum subarray\n" } });
  const editor = await Editor.open({ opened, folder, env: { STRESSTESTER_KEYRING: "off" } });
  const { page } = editor;
  const pictures = process.env.SCREENSHOTS;
  const room = page.locator('.statusbar-item[id$="stresstester.room"]');
  const row = (text) => page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row").filter({ hasText: text }).first();
  const drawn = (text) => eventually(`${text} in VS Code`, async () => (await editor.lineTexts()).some((line) => line.includes(text)));
  const replaceLine = async (line, text) => {
    await editor.goTo(line);
    await editor.press("Home", "Home", "Shift+End"); // the first one stops behind the indentation
    await page.keyboard.insertText(text);
    await drawn(text.trim());
  };
  const save = async () => {
    await editor.press("Control+s");
    await page.locator(".tab.active:not(.dirty)").waitFor();
  };
  let file;

  try {
    await step("VS Code shows a code, and Ada lets it in", async () => {
      const web = await editor.context.newPage();
      await web.goto(`${server}/sign-in`);
      await web.locator('[name="name"]').fill(name);
      await web.locator('[name="password"]').fill(password);
      await web.keyboard.press("Enter");
      await web.waitForURL("**/rooms");
      await web.close();
      await editor.command("Stress Tester: Sign In to a Server");
      const opened = editor.context.waitForEvent("page");
      await editor.answer(server);
      const code = /code (\S+-\S+)/.exec(await (await editor.toast(/type in the code/)).textContent())[1];
      // VS Code may ask whether it may open the page.
      const open = page.locator(".monaco-dialog-box .monaco-button").filter({ hasText: /^Open$/ }).first();
      await Promise.race([opened, open.waitFor()]);
      if (await open.isVisible()) await open.click();
      await allow(await opened, code);
      await editor.toast(new RegExp(`signed in to ${server} as ${name}`));
      await editor.closeToasts();
    });

    await step("VS Code joins by the link and has what the Neovims have", async () => {
      await editor.command("Stress Tester: Join a Shared Room…");
      await editor.answer(link);
      const toast = await editor.toast(/ is in /);
      file = join(/ is in (\S+)/.exec(await toast.textContent())[1], "sol.cpp");
      await editor.closeToasts();
      matches(/int z = 26;/, await readFile(file, "utf8"), "what came with the room");
      await editor.openFile("sol.cpp");
      await editor.command("Stress Tester: Focus on Rooms View");
      await row(/synced, with ada, bob/).waitFor();
      await editor.tab("sol.cpp");
    });

    await step("VS Code saves a change", async () => {
      await replaceLine(6, "    int m = 7;");
      await save();
    });

    await step("VS Code gets what a Neovim saved, through the server that is left", async () => {
      await drawn("int z = 28;");
      await eventually("it is saved here, too", async () => (await readFile(file, "utf8")).includes("int z = 28;"));
    });

    await step("VS Code changes a line and does not save it", () => replaceLine(6, "    int m = 70;"));

    await step("VS Code has the conflict: a diagnostic, the room's item, the tree", async () => {
      await editor.toast(/was changed by somebody else where you are changing it/);
      await editor.closeToasts();
      await editor.tab("sol.cpp");
      await save();
      await eventually("the room's item", async () => /1 to decide/.test(await room.first().textContent()));
      await eventually("the diagnostic", async () => (await editor.problems()).some((text) => /Changed here and in the room[\s\S]*int m = 77/.test(text)));
      await editor.command("Stress Tester: Focus on Rooms View");
      await row("1 place to decide").waitFor();
      await editor.closeToasts();
      await editor.tab("sol.cpp");
      await editor.picture("tour-conflict");
    });

    await step("Ada looks at the conflict on its page, and decides it there", async () => {
      const web = await editor.context.newPage();
      await web.setViewportSize({ width: 1280, height: 900 });
      await web.goto(`${server}/rooms`);
      await web.locator("main h2 a").click();
      await web.getByRole("link", { name: "Decide" }).first().click();
      await web.getByRole("link", { name: "Decide" }).last().click();
      await web.getByText("int m = 77;").first().waitFor();
      if (pictures) await web.screenshot({ path: join(pictures, "web-tour-conflict.png") });
      const text = web.locator('[name="content"]');
      await text.fill((await text.inputValue()).replace(/^ *int m = 70;\n/m, "").replace("int m = 77;", "int m = 777;"));
      await web.getByRole("button", { name: "Save this as the result" }).click();
      await web.waitForURL("**/rooms/*?**");
      await web.close();
    });

    await step("VS Code has the decision", async () => {
      await drawn("int m = 777;");
      await eventually("nothing is left to decide", async () => !/to decide/.test(await room.first().textContent()));
      await eventually("no diagnostic", async () => !(await editor.problems()).some((text) => /Changed here/.test(text)));
      await editor.tab("sol.cpp");
      await editor.picture("tour-decided");
    });
  } finally {
    await rm(join(folder, ".."), { recursive: true, force: true });
  }
}
