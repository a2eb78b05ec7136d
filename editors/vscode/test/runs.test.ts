import assert from "node:assert/strict";
import { test } from "node:test";
import { short } from "../src/format";
import type { RunNotification } from "../src/protocol";
import { failuresOf, isOver, Runs, textOf, type Run } from "../src/runs";
import { failure, result, told } from "./fixtures";

test("a run is new once, and ends once", () => {
  const runs = new Runs();
  assert.deepEqual(pick(runs.update(told())), { began: true, ended: false });
  assert.deepEqual(pick(runs.update(told({ tests: 200 }))), { began: false, ended: false });
  assert.deepEqual(pick(runs.update(told({ state: "done", verdict: "OK" }))), { began: false, ended: true });
  assert.deepEqual(pick(runs.update(told({ state: "done", outdated: true }))), { began: false, ended: false });
  assert.equal(runs.last("file:///p/sol.cpp")?.outdated, true);
});

function pick(change: { began: boolean; ended: boolean }) {
  return { began: change.began, ended: change.ended };
}

test("the last run of a document is the one that began last", () => {
  const runs = new Runs();
  runs.update(told({ run: "1" }));
  runs.update(told({ run: "2" }));
  runs.update(told({ run: "1", state: "stopped" }));
  assert.equal(runs.last("file:///p/sol.cpp")?.run, "2");
  assert.deepEqual(runs.all().map((run) => run.run), ["2", "1"]);
  assert.deepEqual(runs.active().map((run) => run.run), ["2"]);
  runs.clear();
  assert.equal(runs.last("file:///p/sol.cpp"), undefined);
});

test("a result that was told once stays when later counters have none", () => {
  const runs = new Runs();
  runs.update(told({ state: "done", result }));
  assert.equal(runs.update(told({ state: "done", outdated: true })).run.result, result);
});

test("warnings and compilations are collected, the newest of each role", () => {
  const runs = new Runs();
  runs.update(told({ warning: "a" }));
  runs.update(told({ warning: "b" }));
  runs.update(told({ compilation: { role: "tested", ok: true, cached: false, output: "", seconds: 1 } }));
  const { run } = runs.update(told({ compilation: { role: "tested", ok: false, cached: false, output: "x", seconds: 1 } }));
  assert.deepEqual(run.warnings, ["a", "b"]);
  assert.deepEqual(run.compilations.map((one) => one.ok), [false]);
});

test("failures come from the result, or from what was found so far", () => {
  assert.deepEqual(failuresOf({}), []);
  assert.deepEqual(failuresOf({ failure }), [failure]);
  assert.deepEqual(failuresOf({ result }), [failure]);
  assert.deepEqual(failuresOf({ result: { ...result, failures: [] } }).length, 1);
  assert.deepEqual(failuresOf({ result: { ...result, verdict: "OK", failures: [] } }), []);
});

test("text that is no UTF-8 is decoded as far as it goes", () => {
  assert.equal(textOf({ base64: "YWL/" }), "ab\ufffd");
  assert.equal(textOf(null), "");
});

test("the status bar says in a few words how a run stands", () => {
  const run = (more: Partial<RunNotification>): Run => ({ ...told(more), compilations: [], warnings: [] });
  assert.equal(short(run({})), "120 of 10.0k, 800/s");
  assert.equal(short(run({ total: 0, tests: 1_234_567, tests_per_second: 12_345 })), "1.2M, 12.3k/s");
  assert.equal(short(run({ tests: 0 })), "running");
  assert.equal(short(run({ state: "compiling" })), "compiling");
  assert.equal(short(run({ state: "done", verdict: "WA", result })), "WA on test 59");
  assert.equal(short(run({ state: "done", verdict: "WA", result: { ...result, test_name: "wa-1" } })), "WA on wa-1");
  assert.equal(short(run({ state: "done", verdict: "OK", tests: 1 })), "OK, 1 test");
  assert.equal(short(run({ state: "done", verdict: "OK", tests: 10_000, outdated: true })), "OK, 10.0k tests (outdated)");
  assert.equal(short(run({ state: "stopped", tests: 500 })), "stopped after 500");
  assert.equal(short(run({ state: "failed", verdict: "BRUTE_FAILED", tests: 0 })), "brute force failed");
  assert.equal(short(run({ state: "failed", error: "no engine" })), "no sandbox");
  assert.equal(isOver(run({ state: "confirming" })), false);
});
