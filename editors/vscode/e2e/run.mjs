// Runs the scenarios named on the command line, one after the other, and tells what
// passed. The exit status is 1 if a step failed.
import { join } from "node:path";

const names = process.argv.slice(2);
let failed = 0;
for (const name of names) {
  const { default: scenario } = await import(join(import.meta.dirname, `${name}.mjs`));
  console.log(`-- ${name}`);
  const began = Date.now();
  let editor;
  let broken = false;
  const step = async (title, body) => {
    if (broken) return;
    const start = Date.now();
    try {
      await body();
      console.log(`ok    ${title} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      broken = !process.env.KEEP_GOING; // for writing scenarios
      failed++;
      console.log(`FAIL  ${title}\n      ${String(error.stack ?? error).replaceAll("\n", "\n      ")}`);
      if (editor) console.log(`      what was on the screen: ${await editor.evidence(`${name}-${title.replaceAll(/\W+/g, "-").slice(0, 40)}`)}`);
    }
  };
  try {
    await scenario(step, (opened) => (editor = opened));
  } catch (error) {
    failed++;
    console.log(`FAIL  ${error.stack ?? error}`);
    if (editor) console.log(`      what was on the screen: ${await editor.evidence(name)}\n${editor.output ?? ""}`);
  } finally {
    await editor?.close().catch((error) => {
      failed++;
      console.log(`FAIL  closing: ${error.message}`);
    });
  }
  console.log(`      ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
process.exit(failed > 0 ? 1 : 0);
