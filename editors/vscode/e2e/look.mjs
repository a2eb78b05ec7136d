// The light theme, a narrow window, and the times that matter. PRESSES is how often a
// key is pressed for its time.
import { cpus, loadavg } from "node:os";
import { Editor, equal, eventually, folderOf, join, rm } from "./harness.mjs";

export default async function (step, opened) {
  const example = "examples/max-subarray";
  const folder = await folderOf("best-segment", {
    "sol.cpp": { from: `${example}/sol.cpp` },
    "brute.py": { from: `${example}/brute.py` },
    "gen.cpp": { from: `${example}/gen.cpp` },
  });
  const editor = await Editor.open({ opened, folder, theme: "Default Light Modern" });
  const { page } = editor;

  // What is promised holds for a machine that has nothing else to do; on a busy one
  // the promise is that nothing waits for anything but the processor.
  const limit = () => (loadavg()[0] < cpus().length ? 100 : 2000);

  await step("a key is answered at once", async () => {
    await editor.openFile("sol.cpp");
    await editor.untilStatus(/^Stress$/);
    const times = [];
    for (let i = 0; i < Number(process.env.PRESSES ?? 3); i++) {
      await editor.goTo(10);
      // From the key's event in the page to the first change of the status item in the page.
      await page.evaluate((text) => {
        const item = () => document.querySelector('.statusbar-item[id$="stresstester.status"]');
        let pressed = 0;
        window.answered = new Promise((resolve, reject) => {
          setTimeout(() => reject(new Error(pressed ? "the key changed nothing in the status bar" : "the key did not arrive")), 60_000);
          addEventListener("keydown", (event) => { if (event.code === "KeyB") pressed = performance.now(); }, { capture: true });
          const observer = new MutationObserver(() => {
            if (pressed && item()?.textContent.trim() !== text) {
              observer.disconnect();
              resolve(performance.now() - pressed);
            }
          });
          observer.observe(document.querySelector(".statusbar"), { subtree: true, childList: true, characterData: true, attributes: true });
        });
        window.answered.catch(() => undefined); // it is awaited below
      }, await editor.status());
      await editor.press("Control+Alt+b");
      times.push(Math.round(await page.evaluate(() => window.answered)));
      await editor.untilStatus(/^WA on/);
      await editor.webview('[data-action="rerun"]'); // the view is there, and opens no more
    }
    times.sort((a, b) => a - b);
    console.log(`      key to first change on the screen: ${times.join(", ")} ms; median ${times[times.length >> 1]} ms`);
    // The fastest is what the extension is to answer for; the others depend on what else the machine does.
    if (times[0] > limit()) throw new Error(`the fastest answer took ${times[0]} ms`);
  });

  await step("the extension is activated fast", async () => {
    await editor.command("Stress Tester: Show Log");
    const line = await eventually("the log", async () => {
      const text = (await page.locator(".output-view .view-line, .pane-body .monaco-editor .view-line").allTextContents()).join("\n").replaceAll("\u00a0", " ");
      return /activated in ([\d.]+) ms/.exec(text);
    });
    console.log(`      activation: ${line[1]} ms`);
    if (Number(line[1]) > limit()) throw new Error(`activation took ${line[1]} ms`);
  });

  await step("in the light theme", async () => {
    await editor.command("Stress Tester: Show Results");
    await editor.webview(".columns .block.actual");
    await editor.tab("sol.cpp");
    await editor.picture("light");
  });

  await step("in a narrow window the parts stand below each other", async () => {
    await page.setViewportSize({ width: 520, height: 1000 });
    await editor.command("View: Close Primary Side Bar").catch(() => undefined);
    const frame = await editor.webview(".columns .block.actual");
    const tops = await eventually("the columns", async () => {
      const all = await frame.locator(".columns .block").evaluateAll((blocks) => blocks.map((block) => Math.round(block.getBoundingClientRect().top)));
      return new Set(all).size > 1 && all;
    });
    equal(true, tops.length === 3, "three blocks");
    // The panel is drawn higher, as one does there.
    const panel = await page.locator(".part.panel").boundingBox();
    await page.mouse.move(panel.x + 200, panel.y);
    await page.mouse.down();
    await page.mouse.move(panel.x + 200, panel.y - 150, { steps: 5 });
    await page.mouse.up();
    await eventually("a higher panel", async () => (await page.locator(".part.panel").boundingBox()).height > panel.height + 100);
    await editor.picture("narrow");
  });

  await rm(join(folder, ".."), { recursive: true, force: true });
}
