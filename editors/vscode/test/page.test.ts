import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, pageOf, unitsOf } from "../src/difference";
import { doctorPage } from "../src/doctorpage";
import { resultsPage } from "../src/page";
import type { RunNotification } from "../src/protocol";
import type { Run } from "../src/runs";
import { failure, result, told } from "./fixtures";

const run = (more: Partial<RunNotification>): Run => ({ ...told(more), compilations: [], warnings: [] });

test("a failure shows input, expected and actual, with the first difference marked", () => {
  const page = resultsPage(run({ state: "done", verdict: "WA", result }), 0);
  assert.equal(page.tone, "bad");
  assert.equal(page.badge, "WA");
  assert.deepEqual(page.columns.map((column) => column.title), ["Input", "Expected", "Actual"]);
  assert.equal(page.columns[0]?.note, "2 lines, 5 bytes, reduced from 14, saved as wa-1");
  assert.deepEqual(page.columns[1]?.page.lines, [{ text: "-1", from: 0, to: 2 }]);
  assert.deepEqual(page.columns[2]?.page.lines, [{ text: "0", from: 0, to: 1 }]);
  assert.equal(page.location?.title, "sol.cpp:23");
  assert.deepEqual(page.actions.map((action) => action.name), ["openDifference", "openInput", "explain", "rerunTest", "shrink", "deleteTest", "rerun"]);
});

test("a failure that is not saved can be saved, a flaky one says so", () => {
  const unsaved = { ...failure, flaky: true, counterexample: { ...failure.counterexample!, saved_as: "" } };
  const page = resultsPage(run({ state: "done", verdict: "WA", result: { ...result, failures: [unsaved] } }), 0);
  assert.ok(page.actions.some((action) => action.name === "saveTest"));
  assert.ok(page.sentences.includes("It does not fail every time."));
});

test("a run that goes on shows counters, how far it is, and Stop", () => {
  const page = resultsPage(run({}), 0);
  assert.equal(page.progress, 0.012);
  assert.deepEqual(page.facts, ["120 of 10,000 tests", "800 a second", "0.2 s", "seed 121"]);
  assert.deepEqual(page.actions.map((action) => action.name), ["stop"]);
  assert.equal(resultsPage(run({ total: 0 }), 0).progress, undefined);
});

test("a good end has no columns", () => {
  const page = resultsPage(run({ state: "done", verdict: "OK", result: { ...result, verdict: "OK", failures: [], message: "no difference in 10000 tests" } }), 0);
  assert.equal(page.tone, "good");
  assert.equal(page.headline, "no difference in 10000 tests");
  assert.deepEqual(page.columns, []);
});

test("without a sandbox the remedy is the headline, and the check one click away", () => {
  const page = resultsPage(run({ state: "failed", error: "Docker does not answer; start it" }), 0);
  assert.equal(page.headline, "Docker does not answer; start it");
  assert.equal(page.actions[0]?.name, "doctor");
});

test("a conversation takes the place of the outputs", () => {
  const talk = { ...failure, counterexample: { ...failure.counterexample!, transcript: "> 5\n< 3\n" } };
  const page = resultsPage(run({ state: "done", result: { ...result, failures: [talk] } }), 0);
  assert.deepEqual(page.columns.map((column) => column.title), ["Input", "Conversation"]);
  assert.ok(!page.actions.some((action) => action.name === "openDifference"));
});

test("a program that does not compile shows what the compiler said", () => {
  const compilations = [{ role: "brute" as const, ok: false, cached: false, output: "error: x\n", seconds: 1 }];
  const page = resultsPage(run({ state: "failed", verdict: "CE", result: { ...result, verdict: "CE", counterexample: null, failures: [], compilations } }), 0);
  assert.equal(page.blocks[0]?.title, "Compiling: brute force");
});

test("several failures become tabs", () => {
  const page = resultsPage(run({ state: "done", result: { ...result, failures: [failure, { ...failure, verdict: "RE", test_name: "sample-1" }] } }), 1);
  assert.deepEqual(page.tabs.map((tab) => `${tab.verdict} ${tab.title}`), ["WA test 59", "RE sample-1"]);
  assert.equal(page.badge, "RE");
});

test("lines end where the text does", () => {
  assert.deepEqual(linesOf(""), []);
  assert.deepEqual(linesOf("a\r\nb\n"), ["a", "b"]);
  assert.deepEqual(linesOf("a\n\n"), ["a", ""]);
});

test("columns count bytes, marks count UTF-16 units", () => {
  assert.equal(unitsOf("aä€😀b", 1), 0);
  assert.equal(unitsOf("aä€😀b", 4), 2);
  assert.equal(unitsOf("aä€😀b", 7), 3);
  assert.equal(unitsOf("aä€😀b", 11), 5);
  assert.equal(unitsOf("ab", 99), 2);
});

test("an output that ends too early is marked behind its end", () => {
  const page = pageOf("1\n", 10, { line: 2, column: 1 }, "");
  assert.deepEqual(page.lines, [{ text: "1" }, { text: "", from: 0, to: 0 }]);
  assert.equal(page.marked, 1);
});

test("a long text is shown around the difference", () => {
  const text = Array.from({ length: 1000 }, (_, i) => `line ${i + 1}`).join("\n");
  const page = pageOf(text, 10, { line: 500, column: 6 }, "500");
  assert.equal(page.first, 495);
  assert.equal(page.lines.length, 10);
  assert.deepEqual(page.lines[page.marked ?? -1], { text: "line 500", from: 5, to: 8 });
  assert.equal(page.more, 496);
});

test("a very long line is cut around the mark", () => {
  const page = pageOf(`${"1 ".repeat(50_000)}7`, 10, { line: 1, column: 100_001 }, "7");
  const line = page.lines[0]!;
  assert.ok(line.text.length < 2100, String(line.text.length));
  assert.equal(line.text.slice(line.from, line.to), "7");
});

test("the check says how many things are broken, and offers the image where it is missing", () => {
  assert.equal(doctorPage(undefined).summary, "Checking…");
  assert.equal(doctorPage([{ name: "engine", ok: true, detail: "" }]).summary, "Everything that a run needs works.");
  const page = doctorPage([{ name: "image", ok: false, detail: "missing", remedy: "build it" }]);
  assert.match(page.summary, /^One thing does not work/);
  assert.equal(page.actions[0]?.command, "stresstester.ui.buildImage");
});
