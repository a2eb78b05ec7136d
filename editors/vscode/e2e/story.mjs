// A problem from the first look to the repaired program.
import { Editor, equal, eventually, folderOf, join, matches, readFile, rm } from "./harness.mjs";

export default async function (step, opened) {
  const example = "examples/max-subarray";
  const folder = await folderOf("best-segment", {
    "sol.cpp": { from: `${example}/fixed.cpp` },
    "brute.py": { from: `${example}/brute.py` },
    "gen.cpp": { from: `${example}/gen.cpp` },
  });
  const editor = await Editor.open({ opened, folder });
  const { page } = editor;
  /** The number in the results' tab. */
  const found = async () => (await page.locator(".part.panel .composite-bar .action-item").filter({ hasText: /stress tester/i }).locator(".badge-content:visible").allTextContents()).join("");
  const saved = () => readFile(join(folder, ".stresstester/sol/wa-1.in"), "utf8");

  await step("a file of a problem wakes the server, and the status item offers to run", async () => {
    await editor.openFile("sol.cpp");
    await editor.untilStatus(/^Stress$/);
    await editor.untilLens(/Run stress test/);
  });

  await step("a run without an end shows its counters, and is cancelled", async () => {
    await editor.command("Stress Tester: Show Results");
    await editor.webview(".nothing kbd");
    await editor.goTo(11);
    await editor.command("Stress Tester: Run Stress Test With");
    // One processor is left to the editor, except for its picture.
    await editor.answer(process.env.SCREENSHOTS ? "tests=0" : "tests=0 jobs=1");
    const counters = await editor.untilStatus(/^[\d.,]+[kM]?, [\d.,]+[kM]?\/s$/);
    matches(/\/s$/, counters);
    await editor.webview(".bar");
    await editor.untilLens(/running, \d+ tests/);
    await editor.picture("running");
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^stopped after/);
  });

  await step("the mistake is in the buffer only", async () => {
    await editor.moveUp(11, "lowest = min");
    await page.locator(".tab.active.dirty").waitFor();
    matches(/best = max\(best, sum - lowest\);\n\s+lowest = min/, await readFile(join(folder, "sol.cpp"), "utf8"), "the file on the disk");
  });

  await step("the run finds it, and the results show input, expected and actual", async () => {
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^WA on test \d+$/);
    const frame = await editor.webview(".columns .block.actual");
    await eventually("the end", async () => (await frame.locator('[data-action="openDifference"]').count()) > 0);
    const input = `${(await frame.locator(".block.input .code").allTextContents()).join("\n")}\n`;
    equal("1\n-1\n", input, "the smallest input");
    equal(["-1"], await frame.locator(".block.expected mark").allTextContents(), "marked in the expected output");
    equal(["0"], await frame.locator(".block.actual mark").allTextContents(), "marked in the actual output");
    equal(input, await saved(), "the saved test");
    await eventually("the number beside the results", async () => (await found()) === "1");
  });

  await step("the diagnostic stands on the line that printed the wrong answer", async () => {
    await eventually("a squiggle", async () => (await page.locator(".editor-group-container.active .squiggly-error").count()) > 0);
    await editor.untilLens(/WA/);
    await editor.picture("failure");
    const rows = await eventually("the problem", async () => {
      const found = await editor.problems();
      return found.some((row) => /wrong answer/.test(row)) && found;
    });
    matches(/wrong answer[\s\S]*WA[\s\S]*\[Ln 23, Col \d+\]/, rows.join("\n"));
    await editor.picture("problems");
  });

  await step("the difference opens", async () => {
    await editor.command("Stress Tester: Open Difference of Expected and Actual Output");
    await page.locator(".monaco-diff-editor").waitFor();
    await eventually("both texts", async () => {
      const text = (await page.locator(".monaco-diff-editor .view-line").allTextContents()).join("|");
      return /-1/.test(text) && /0/.test(text);
    });
    await editor.picture("difference");
  });

  await step("the tree has the problem with its files, its test and the failure", async () => {
    await editor.command("Stress Tester: Focus on Problems View");
    const row = (text) => page.locator(".tree-explorer-viewlet-tree-view .monaco-list-row").filter({ hasText: text }).first();
    await row("sol.cpp").click();
    await row("Brute force").waitFor();
    await row("gen.cpp").waitFor();
    await row(/expected -1, got 0/).waitFor();
    await row("Saved tests").click();
    await row("wa-1").waitFor();
    await editor.picture("tree");
  });

  await step("the repaired program passes, the saved failure first", async () => {
    await editor.tab("sol.cpp");
    await editor.moveUp(11, "best = max");
    await editor.command("Stress Tester: Run Stress Test With");
    await editor.answer("tests=300");
    await editor.untilStatus(/^OK, 301 tests$/);
    await eventually("no diagnostic", async () => !(await editor.problems()).some((row) => /wrong answer/.test(row)));
    await editor.command("Stress Tester: Show Results");
    const frame = await editor.webview(".head.good");
    matches(/301 tests/, await frame.locator(".facts").textContent());
    await eventually("no number beside the results any more", async () => (await found()) === "");
    await editor.picture("passed");
  });

  await step("the Test Explorer has the tests, and runs one of them with a difference", async () => {
    await editor.moveUp(11, "lowest = min");
    await editor.command("Testing: Focus on Test Explorer View");
    const row = (text) => page.locator(".test-explorer .monaco-list-row").filter({ hasText: text }).first();
    await row("sol.cpp").waitFor();
    await row("sol.cpp").click();
    if ((await row("wa-1").count()) === 0) await editor.press("ArrowRight");
    await row("wa-1").waitFor();
    await row("wa-1").hover();
    await row("wa-1").locator('[aria-label="Run Test"]').click();
    await row("wa-1").locator(".codicon-testing-failed-icon").waitFor();
    const result = page.locator(".test-output-peek-tree .monaco-list-row").filter({ hasText: "wrong answer" }).first();
    await result.click();
    await page.locator(".panel .monaco-diff-editor").first().waitFor();
    await editor.picture("tests");
  });

  await rm(join(folder, ".."), { recursive: true, force: true });
}
