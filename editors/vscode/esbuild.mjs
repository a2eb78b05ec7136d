// Bundles the extension into dist/, or its unit tests into out/test/.
import * as esbuild from "esbuild";
import { readdirSync } from "node:fs";

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

if (process.argv.includes("--tests")) {
  await esbuild.build(tests);
} else if (watch) {
  for (const options of [extension, webview]) await (await esbuild.context(options)).watch();
} else {
  await Promise.all([esbuild.build(extension), esbuild.build(webview)]);
}
