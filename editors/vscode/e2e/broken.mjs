// What is broken is said, with the way out.
import { Editor, folderOf, join, matches, mkdir, rm, writeFile } from "./harness.mjs";

export default async function (step, opened) {
  const example = "examples/max-subarray";
  const folder = await folderOf("best-segment", {
    "sol.cpp": { from: `${example}/sol.cpp` },
    "brute.py": { from: `${example}/brute.py` },
    "gen.cpp": { from: `${example}/gen.cpp` },
    "lonely/only.cpp": { text: "int main() {}\n" },
  });
  const nowhere = "tcp://127.0.0.1:1";
  await mkdir(join(folder, ".vscode"));
  await writeFile(join(folder, ".vscode", "settings.json"), JSON.stringify({ "stresstester.server.environment": { DOCKER_HOST: nowhere } }));
  const editor = await Editor.open({ opened, folder });
  const { page } = editor;

  await step("without Docker a run says so, and what to do", async () => {
    await editor.openFile("sol.cpp");
    await editor.press("Control+Alt+b");
    const frame = await editor.webview(".head.bad");
    matches(/no sandbox/, await frame.locator(".badge").first().textContent());
    matches(/127\.0\.0\.1:1.*start it/, await frame.locator(".headline").textContent());
    await editor.untilStatus(/no sandbox/);
    await editor.picture("no-docker");
  });

  await step("the check names what is broken, and the remedy", async () => {
    await (await editor.webview(".head.bad")).locator('[data-action="doctor"]').click();
    const frame = await editor.webview(".finding.bad .remedy");
    matches(/DOCKER_HOST|[Dd]ocker/, await frame.locator(".doctor").textContent());
    await editor.picture("doctor");
    await editor.command("View: Close All Editors");
    await editor.closeToasts();
  });

  await step("with Docker back the same key finds the mistake", async () => {
    await editor.set({ "stresstester.server.environment": {} });
    await editor.openFile("sol.cpp");
    // The server is started again with the new setting.
    await editor.untilStatus(/^Stress$/);
    await editor.press("Control+Alt+b");
    await editor.untilStatus(/^WA on test \d+$/);
  });

  await step("what is missing is named, and created", async () => {
    await editor.openFile("lonely/only.cpp");
    await editor.command("Stress Tester: Run Stress Test");
    const toast = await editor.toast(/only\.cpp cannot be tested yet: there is no brute force and no generator/);
    await toast.locator(".monaco-button").filter({ hasText: "Create" }).first().click();
    await page.locator(".quick-input-action .monaco-button").filter({ hasText: "OK" }).first().click();
    await page.locator('.tab[data-resource-name="only_brute.cpp"], .tab[data-resource-name="only_brute.py"]').first().waitFor();
  });

  await step("a server that is not there is said, and the setting opens", async () => {
    await editor.set({ "stresstester.server.path": "/nowhere/stresstester" });
    const toast = await editor.toast(/\/nowhere\/stresstester is not a program/);
    await toast.locator(".monaco-button").filter({ hasText: "Open Settings" }).first().click();
    await page.locator(".settings-editor").first().waitFor();
    await editor.set({ "stresstester.server.path": "" });
  });

  await rm(join(folder, ".."), { recursive: true, force: true });
}
