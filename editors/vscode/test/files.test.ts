// The tables of this extension against the documents and the manifest.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { helperOf, holdsProblem, isProgram, languages, patterns, testedFiles } from "../src/languages";
import { mistakeOf, parseOptions } from "../src/options";
import { expandHome, programCandidates } from "../src/program";
import { command } from "../src/protocol";

const document = (name: string) => readFileSync(`../../docs/${name}`, "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8"));

test("the helpers' names are those of docs/configuration.md", () => {
  const roles: Record<string, keyof typeof patterns> = { "brute force": "brute", generator: "generator", checker: "checker", validator: "validator", interactor: "interactor" };
  let rows = 0;
  for (const [title, role] of Object.entries(roles)) {
    const row = new RegExp(`^\\| ${title} \\| (.*) \\|$`, "m").exec(document("configuration.md"));
    assert.ok(row, `a row for ${title}`);
    const names = [...row[1]!.matchAll(/`([^`]+)\.\*`/g)].map((match) => match[1]);
    assert.deepEqual(patterns[role], names);
    rows++;
  }
  assert.equal(rows, Object.keys(patterns).length);
});

test("the extensions are those of docs/languages.md", () => {
  const table = /<!-- table -->([\s\S]*?)<!-- end of table -->/.exec(document("languages.md"))![1]!;
  const documented = table.split("\n").filter((line) => line.startsWith("|")).slice(2).flatMap((line) => line.split("|")[4]!.trim().split(" ").map((extension) => extension.slice(1)));
  assert.deepEqual(languages.flatMap((language) => language.extensions).sort(), documented.sort());
});

test("helpers are told by their names", () => {
  assert.deepEqual(helperOf("sol_brute.py"), { role: "brute", problem: "sol" });
  assert.deepEqual(helperOf("A__Good.cpp"), { role: "brute", problem: "A" });
  assert.deepEqual(helperOf("gen.cpp"), { role: "generator", problem: "" });
  assert.deepEqual(helperOf("input.spec"), { role: "spec", problem: "" });
  assert.deepEqual(helperOf("sol.spec"), { role: "spec", problem: "sol" });
  for (const name of ["sol.cpp", "brute.txt", "brute", "_brute.py", "abrute.cpp", "gen.cpp~", ".py"]) assert.equal(helperOf(name), undefined, name);
  assert.equal(isProgram("X.CPP"), true);
  assert.equal(isProgram("notes.md"), false);
});

test("what can be tested in a folder", () => {
  assert.deepEqual(testedFiles(["sol.cpp", "fixed.cpp", "brute.py", "gen.cpp", "README.md"]), ["sol.cpp", "fixed.cpp"]);
  assert.deepEqual(testedFiles(["a.cpp", "b.cpp", "a_brute.cpp", "a_gen.py"]), ["a.cpp"]);
  assert.deepEqual(testedFiles(["a.cpp", "b.cpp", "stresstester.toml"]), ["a.cpp", "b.cpp"]);
  assert.deepEqual(testedFiles(["a.cpp", "b.cpp"], ["b"]), ["b.cpp"]);
  assert.deepEqual(testedFiles(["main.cpp", "util.cpp"]), []);
  assert.equal(holdsProblem(["main.cpp", ".stresstester"]), true);
  assert.equal(holdsProblem(["main.cpp"]), false);
});

test("the server's program is the setting's, the bundled one, or the one in PATH", () => {
  const places = { set: "", bundled: "/x/bin", folders: ["/usr/bin", ""], windows: false, join: (...parts: string[]) => parts.join("/") };
  assert.deepEqual(programCandidates(places), ["/x/bin/stresstester", "/usr/bin/stresstester"]);
  assert.deepEqual(programCandidates({ ...places, set: "/opt/st" }), ["/opt/st"]);
  assert.deepEqual(programCandidates({ ...places, set: "st-nightly" }), ["/usr/bin/st-nightly"]);
  assert.deepEqual(programCandidates({ ...places, windows: true })[0], "/x/bin/stresstester.exe");
  assert.equal(expandHome("~/bin/st", "/home/a"), "/home/a/bin/st");
  assert.equal(expandHome("/~/st", "/home/a"), "/~/st");
});

test("options are read as they are written on a command line", () => {
  assert.deepEqual(parseOptions(`tests=500 --time-limit=1s gen_args="10 [5..100]" no_shrink compare=float=1e-6`), {
    tests: "500", time_limit: "1s", gen_args: "10 [5..100]", no_shrink: true, compare: "float=1e-6",
  });
  assert.deepEqual(parseOptions(""), {});
  assert.ok(mistakeOf('gen_args="1'));
  assert.equal(mistakeOf('gen_args="1"'), undefined);
});

test("the server's commands are those of docs/protocol.md, and none is registered twice", () => {
  const documented = [...document("protocol.md").matchAll(/^### `(stresstester\.[\w.]+)`$/gm)].map((match) => match[1]!);
  for (const id of Object.values(command)) assert.ok(documented.includes(id), id);
  for (const { command: own } of manifest.contributes.commands) {
    assert.ok(own.startsWith("stresstester.ui."), own);
    assert.ok(!documented.includes(own), own);
  }
});

test("every command of the palette is carried out, and menus name no other", () => {
  const code = ["commands", "rooms"].map((file) => readFileSync(`src/${file}.ts`, "utf8")).join("\n");
  const own: string[] = manifest.contributes.commands.map((one: { command: string }) => one.command);
  for (const id of own) assert.match(code, new RegExp(`^      ${id.replace("stresstester.ui.", "")}: \\(`, "m"), id);
  const used = JSON.stringify([manifest.contributes.menus, manifest.contributes.keybindings, manifest.contributes.viewsWelcome, manifest.contributes.walkthroughs]);
  for (const match of used.matchAll(/stresstester\.ui\.\w+/g)) assert.ok(own.includes(match[0]), match[0]);
  for (const { when } of manifest.contributes.keybindings) assert.ok(when, "keys work in a context only");
});

test("files that the manifest names exist", () => {
  const folders = new Set(["media", "syntaxes", "schemas", "snippets", "walkthrough"]);
  const named = [...JSON.stringify(manifest).matchAll(/"(?:\.\/)?((?:media|syntaxes|schemas|snippets|walkthrough)\/[\w.-]+|language-configuration\.json)"/g)].map((match) => match[1]!);
  assert.ok(named.length >= 10, String(named.length));
  for (const file of named) readFileSync(file);
  for (const folder of folders) assert.ok(readdirSync(folder).length > 0);
});

test("the schema has exactly the keys of docs/configuration.md", () => {
  const schema = JSON.parse(readFileSync("schemas/stresstester.json", "utf8"));
  const text = document("configuration.md");
  const section = text.slice(text.indexOf("### Keys, at the top"), text.indexOf("### `[limits.ROLE]`"));
  const keys = section.split("\n").filter((line) => line.startsWith("| `")).flatMap((line) => [...line.split("|")[1]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!));
  const inSchema = Object.keys(schema.definitions.problem.properties).filter((key) => key !== "limits");
  assert.deepEqual(inSchema.sort(), keys.sort());
  const ids = [...document("languages.md").matchAll(/^\| [^|]+ \| `(\w+)` \|/gm)].map((match) => match[1]!);
  assert.deepEqual(Object.keys(schema.properties.languages.properties).sort(), ids.sort());
});

test("the grammar's expressions compile and know every type and modifier of docs/spec.md", () => {
  const grammar = readFileSync("syntaxes/spec.tmLanguage.json", "utf8");
  const expressions: string[] = [];
  JSON.parse(grammar, (key, value) => {
    if (["match", "begin", "end"].includes(key)) expressions.push(value as string);
    return value;
  });
  for (const expression of expressions) new RegExp(expression);
  const ebnf = document("spec.md").match(/```ebnf([\s\S]*?)```/)![1]!;
  const rule = (name: string) => new RegExp(`^${name}\\s*=([\\s\\S]*?) \\.$`, "m").exec(ebnf)![1]!;
  const words = ["word", "alphabet", "modifier"].flatMap((name) => [...rule(name).matchAll(/"(\w+)"/g)].map((match) => match[1]!));
  assert.ok(words.length > 30, String(words.length));
  for (const word of words) assert.match(grammar, new RegExp(`[(|]${word}[|)]`), word);
});
