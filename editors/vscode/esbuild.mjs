// Bundles the extension into dist/, or its unit tests into out/test/.
import * as esbuild from "esbuild";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const watch = process.argv.includes("--watch");
const common = { bundle: true, logLevel: "warning", legalComments: "linked", target: "node20", sourcemap: watch };

/** The language client is large: it is a file of its own, read when the server starts. */
const clientApart = {
  name: "client-apart",
  setup(build) {
    build.onResolve({ filter: /\/client$/ }, (args) => (args.kind === "dynamic-import" ? { path: "./client.js", external: true } : undefined));
  },
};

const extension = {
  ...common,
  entryPoints: ["src/extension.ts", "src/client.ts"],
  outdir: "dist",
  platform: "node",
  format: "cjs",
  external: ["vscode"],
  minify: !watch,
  plugins: [clientApart],
};

const webview = { ...common, entryPoints: ["webview/results.ts", "webview/doctor.ts"], outdir: "dist/webview", platform: "browser", format: "iife", target: "es2022", minify: !watch };

const tests = {
  ...common,
  entryPoints: readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`),
  outdir: "out/test",
  outExtension: { ".js": ".cjs" },
  platform: "node",
  format: "cjs",
};

/** The licences of the packages that were bundled, which ask to be passed on. */
function notices(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const end = input.lastIndexOf("node_modules/");
    if (end < 0) continue;
    const [scope, name] = input.slice(end + "node_modules/".length).split("/");
    folders.add(input.slice(0, end) + join("node_modules", scope, scope.startsWith("@") ? name : ""));
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file || !existsSync(join(folder, file))) throw new Error(`${name} has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(70)}\n\n`);
}

if (process.argv.includes("--tests")) {
  await esbuild.build(tests);
} else if (watch) {
  for (const options of [extension, webview]) await (await esbuild.context(options)).watch();
} else {
  const [built] = await Promise.all([esbuild.build({ ...extension, metafile: true }), esbuild.build(webview)]);
  writeFileSync("dist/THIRD-PARTY-NOTICES.txt", notices(Object.keys(built.metafile.inputs)));
}
