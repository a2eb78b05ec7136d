/** What the results view shows, as data: the webview only draws it. Knows nothing of VS Code. */
import { linesOf, pageOf, sidesOf, type Page } from "./difference";
import { roleTitles, seconds, stateTitle, tests, words } from "./format";
import { basename } from "./languages";
import type { Failure } from "./protocol";
import { failuresOf, isOver, textOf, type Run } from "./runs";

/** Lines of one text that are drawn. */
const mostLines = 400;

export interface TextBlock {
  title: string;
  /** Behind the title, smaller. */
  note: string;
  page: Page;
  kind: "input" | "expected" | "actual" | "other";
}

export interface Tab {
  verdict: string;
  title: string;
}

export type ActionName = "openDifference" | "openInput" | "rerunTest" | "explain" | "shrink" | "saveTest" | "deleteTest" | "rerun" | "stop" | "location" | "doctor" | "buildImage" | "create";

export interface Action {
  name: ActionName;
  title: string;
  icon: string;
  primary?: boolean;
}

export interface ResultsPage {
  run: string;
  name: string;
  phase: "running" | "over";
  tone: "good" | "bad" | "neutral";
  badge: string;
  headline: string;
  /** Facts in a row: tests, speed, seed, and so on. */
  facts: string[];
  /** From 0 to 1, where the end is known. */
  progress?: number;
  tabs: Tab[];
  tab: number;
  location?: { title: string; note: string };
  sentences: string[];
  /** Stand beside each other where there is room. */
  columns: TextBlock[];
  blocks: TextBlock[];
  actions: Action[];
}

function bytes(text: string): string {
  const n = Buffer.byteLength(text);
  const lines = linesOf(text).length;
  return `${lines} ${lines === 1 ? "line" : "lines"}, ${n < 10_000 ? `${n} ${n === 1 ? "byte" : "bytes"}` : `${Math.round(n / 1024)} KiB`}`;
}

/** The page of a run and one of its failures. */
export function resultsPage(run: Run, failure: number): ResultsPage {
  const failures = failuresOf(run);
  const found = failures[failure];
  const name = basename(decodeURIComponent(run.uri));
  const over = isOver(run);
  const page: ResultsPage = {
    run: run.run,
    name,
    phase: over ? "over" : "running",
    tone: "neutral",
    badge: "",
    headline: "",
    facts: facts(run, found),
    tabs: failures.length > 1 ? failures.map((one) => ({ verdict: one.verdict, title: one.test_name ?? (one.test_number > 0 ? `test ${one.test_number}` : words(one.verdict)) })) : [],
    tab: failure,
    sentences: [],
    columns: [],
    blocks: [],
    actions: [],
  };
  if (!over && run.total > 0) page.progress = Math.min(1, run.tests / run.total);
  if (run.outdated) page.sentences.push("A file has changed since this run.");
  if (run.error !== undefined && run.error !== "") {
    page.tone = "bad";
    page.badge = "no sandbox";
    page.headline = run.error;
    page.actions.push({ name: "doctor", title: "Check the Installation", icon: "pulse", primary: true }, { name: "rerun", title: "Run Again", icon: "debug-rerun" });
    return page;
  }
  if (found) {
    showFailure(page, run, found);
  } else if (!over) {
    page.badge = stateTitle(run.state);
    page.headline = run.message ?? (run.state === "compiling" ? "Building the programs" : "No difference so far");
  } else {
    page.tone = run.state === "stopped" ? "neutral" : run.verdict === "OK" ? "good" : "neutral";
    page.badge = run.state === "stopped" ? "stopped" : run.verdict || run.state;
    page.headline = run.result?.message ?? run.message ?? run.state;
  }
  if (!over) page.actions.unshift({ name: "stop", title: "Stop", icon: "debug-stop", primary: true });
  else page.actions.push({ name: "rerun", title: "Run Again", icon: "debug-rerun", primary: !found });
  for (const compilation of run.result?.compilations ?? run.compilations) {
    if (compilation.ok) continue;
    const text = textOf(compilation.output) || compilation.message || "";
    page.blocks.push({ title: `Compiling: ${roleTitles[compilation.role].toLowerCase()}`, note: "", page: pageOf(text, mostLines), kind: "other" });
  }
  for (const warning of run.result?.warnings ?? run.warnings) page.sentences.push(warning);
  return page;
}

function showFailure(page: ResultsPage, run: Run, found: Failure): void {
  page.tone = "bad";
  page.badge = found.verdict.includes("_") ? words(found.verdict) : found.verdict;
  page.headline = found.message;
  if (found.flaky) page.sentences.push("It does not fail every time.");
  if (found.location && found.location.line > 0) {
    const file = basename(found.location.file || page.name);
    page.location = { title: `${file}:${found.location.line}`, note: found.location.note ?? "" };
  }
  const c = found.counterexample;
  if (!c) {
    if (/_FAILED$/.test(found.verdict) && run.tests === 0) page.actions.push({ name: "create", title: "Create Missing Files", icon: "new-file", primary: true });
    return;
  }
  const input = textOf(c.input);
  const original = textOf(c.original_input);
  const smaller = original !== "" && original.length > input.length ? `, reduced from ${Buffer.byteLength(original)}` : "";
  const saved = c.saved_as ? `, saved as ${basename(c.saved_as).replace(/\.in$/, "")}` : "";
  page.columns.push({ title: "Input", note: bytes(input) + smaller + saved, page: pageOf(input, mostLines), kind: "input" });
  const transcript = textOf(c.transcript);
  if (transcript !== "") {
    page.columns.push({ title: "Conversation", note: "> to the program, < from it", page: pageOf(transcript, mostLines), kind: "other" });
  } else {
    const sides = sidesOf(textOf(c.expected), textOf(c.actual), mostLines, c.difference);
    page.columns.push({ title: "Expected", note: "", page: sides.expected, kind: "expected" });
    const end = c.signal ? `ended by ${c.signal}` : c.exit_code !== 0 ? `exit status ${c.exit_code}` : "";
    page.columns.push({ title: "Actual", note: end, page: sides.actual, kind: "actual" });
  }
  if (c.difference && !found.message.includes(c.difference.message)) page.sentences.push(c.difference.message);
  if (c.comment) page.blocks.push({ title: "Checker", note: "", page: pageOf(c.comment, mostLines), kind: "other" });
  const stderr = textOf(c.stderr);
  if (stderr !== "") page.blocks.push({ title: "Standard error", note: "", page: pageOf(stderr, mostLines), kind: "other" });
  if (c.minimality) page.sentences.push(c.minimality);
  if (transcript === "") page.actions.push({ name: "openDifference", title: "Open Difference", icon: "diff", primary: true });
  page.actions.push({ name: "openInput", title: "Open Input", icon: "file" });
  if (isOver(run)) {
    page.actions.push({ name: "explain", title: "Explain", icon: "lightbulb" }, { name: "rerunTest", title: "Run This Test Again", icon: "debug-rerun" }, { name: "shrink", title: "Make Smaller", icon: "fold" });
    page.actions.push(c.saved_as ? { name: "deleteTest", title: "Delete Test", icon: "trash" } : { name: "saveTest", title: "Save as Test", icon: "save" });
  }
}

function facts(run: Run, found: Failure | undefined): string[] {
  const all = [run.total > 0 && !isOver(run) ? `${run.tests.toLocaleString("en-US")} of ${tests(run.total)}` : tests(run.tests)];
  if (run.tests_per_second > 0 && run.tests >= 10) all.push(`${Math.round(run.tests_per_second).toLocaleString("en-US")} a second`);
  if (run.seconds > 0) all.push(seconds(run.seconds));
  if (!isOver(run)) all.push(`seed ${run.seed}`);
  else if (found?.test_name) all.push(`saved test ${found.test_name}`);
  else if (found && found.test_number > 0) all.push(`seed ${found.test_seed}`);
  const c = found?.counterexample;
  if (c && c.time_ms > 0) all.push(`${c.time_ms < 10 ? c.time_ms.toFixed(1) : Math.round(c.time_ms)} ms`);
  if (c && c.memory_kb > 0) all.push(`${(c.memory_kb / 1024).toFixed(1)} MiB`);
  return all;
}
