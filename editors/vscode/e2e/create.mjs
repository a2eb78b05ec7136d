// A room from nothing: a new problem, its files from templates, a spec, a first run.
import { Editor, equal, eventually, folderOf, freePort, join, matches, readFile, rm } from "./harness.mjs";

export default async function (step, opened) {
  const folder = await folderOf("contest", { "README.md": { text: "Problems of a contest\n" } });
  const port = await freePort();
  const editor = await Editor.open({ opened, folder, welcomed: false, env: { STRESSTESTER_COMPANION: String(port) } });
  const { page } = editor;

  await step("the walkthrough opens by itself the first time", async () => {
    await editor.command("Stress Tester: Focus on Problems View");
    await page.locator(".tab.active").filter({ hasText: "Walkthrough: Stress Tester" }).first().waitFor();
    await page.locator(".gettingStartedContainer .step-list-container").filter({ hasText: "Check the sandbox" }).first().waitFor();
    await editor.picture("walkthrough");
    await editor.command("View: Close All Editors");
  });

  await step("the view of problems says what to do when there are none", async () => {
    await editor.command("Stress Tester: Focus on Problems View");
    await page.locator(".welcome-view").filter({ hasText: "No problem here yet" }).first().waitFor();
  });

  await step("a new problem gets a solution, and offers what it needs", async () => {
    await editor.command("Stress Tester: New Problem");
    await editor.answer("best-segment", "a-plus-b");
    await editor.answer("C++", "The solution's language");
    const row = (text) => page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();
    await row("Brute force").waitFor();
    await row("describes the input in a few lines").waitFor();
    await editor.picture("create");
    // A spec instead of the generator.
    await row("Generator").click();
    await row("describes the input in a few lines").click();
    await page.locator(".quick-input-action .monaco-button").filter({ hasText: "OK" }).first().click();
    await page.locator('.tab[data-resource-name="sol.spec"]').waitFor();
    await page.locator('.tab.active[data-resource-name="sol.cpp"]').waitFor(); // the last that is shown
    equal("#include", (await readFile(join(folder, "best-segment/sol.cpp"), "utf8")).slice(0, 8), "the solution");
    await eventually("the brute force", async () => (await readFile(join(folder, "best-segment/sol_brute.cpp"), "utf8")).length > 0);
  });

  await step("the spec is coloured, checked and previewed", async () => {
    await editor.tab("sol.spec");
    await page.locator(".editor-group-container.active .monaco-editor .view-line").first().click();
    await editor.press("Control+a");
    await page.keyboard.insertText("n: int 1..6\na: int[n] -9..9 dstinct\n");
    await eventually("a squiggle", async () => (await page.locator(".editor-group-container.active .squiggly-error").count()) > 0);
    await page.locator(".editor-group-container.active .monaco-editor .view-line").first().click();
    await editor.press("Control+a");
    await page.keyboard.insertText("n: int 1..6\na: int[n] -9..9 distinct\n");
    await eventually("no squiggle", async () => (await page.locator(".editor-group-container.active .squiggly-error").count()) === 0);
    const kinds = await eventually("colours", async () => {
      const found = await page.locator(".editor-group-container.active .view-line").first().locator("span span").evaluateAll((spans) => new Set(spans.map((span) => span.className)).size);
      return found > 2 && found;
    });
    matches(/^\d+$/, String(kinds));
    await editor.command("Stress Tester: Preview Inputs of the Spec");
    await eventually("samples", async () => {
      const lines = (await page.locator(".view-line").allTextContents()).join("\n").replaceAll("\u00a0", " ");
      return /# seed 1/.test(lines);
    });
    await editor.picture("spec");
  });

  await step("the templates run: the example's answer is wrong somewhere", async () => {
    await editor.tab("sol.cpp");
    await editor.command("Stress Tester: Run Stress Test");
    await editor.untilStatus(/^WA on test \d+$/);
  });

  await step("saving runs again while a problem is watched", async () => {
    await editor.command("Stress Tester: Run Again Whenever a File of This Problem Is Saved");
    await editor.goTo(2);
    await editor.press("End");
    await page.keyboard.type(" // saved");
    await editor.press("Control+s");
    // What was found is saved, and is run first from now on. The run is over sooner than one can look.
    await editor.untilStatus(/^WA on wa-1$/);
    await editor.command("Stress Tester: Stop Running Whenever a File Is Saved");
  });

  await step("a click in the browser opens the problem's source, with its samples as tests", async () => {
    const problem = {
      name: "A. Watermelon", group: "Codeforces - Round 4", url: "https://codeforces.com/contest/4/problem/A", interactive: false, memoryLimit: 64, timeLimit: 1000,
      tests: [{ input: "8\n", output: "YES\n" }, { input: "3\n", output: "NO\n" }], testType: "single", input: { type: "stdin" }, output: { type: "stdout" }, batch: { id: "1", size: 1 },
    };
    await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(problem) });
    await page.locator('.tab.active[data-resource-name^="a_watermelon."]').waitFor();
    equal("3\n", await readFile(join(folder, ".stresstester/a_watermelon/sample-2.in"), "utf8"), "the second sample");
    await editor.closeToasts();
    await editor.picture("browser");
  });

  await rm(join(folder, ".."), { recursive: true, force: true });
}
