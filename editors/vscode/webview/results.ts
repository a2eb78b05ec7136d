// Draws the results. All text is set as text, never as HTML.
import type { Action, ResultsPage, TextBlock } from "../src/page";

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const vscode = acquireVsCodeApi();
const root = document.getElementById("root") as HTMLElement;

type Child = Node | string | undefined | false;

function el(tag: string, attributes: Record<string, string>, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== "") element.setAttribute(name, value);
  for (const child of children) if (child) element.append(child);
  return element;
}

function button(action: Action): HTMLElement {
  const element = el("button", { class: action.primary ? "primary" : "", "data-action": action.name }, action.title);
  element.addEventListener("click", () => vscode.postMessage({ type: "action", name: action.name }));
  return element;
}

function text(block: TextBlock): HTMLElement {
  const lines = el("div", { class: "lines", tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-label": block.title });
  const { page } = block;
  const width = String(page.first + page.lines.length).length;
  page.lines.forEach((line, i) => {
    const number = el("span", { class: "number", style: `width:${width}ch`, "aria-hidden": "true" }, page.marked === i && line.text === "" ? "" : String(page.first + i));
    const code = el("span", { class: "code" });
    if (line.from === undefined || line.to === undefined) {
      code.append(line.text);
    } else if (line.from === line.to) {
      code.append(line.text, el("mark", { class: "end" }, line.text === "" ? "nothing more" : "ends here"));
    } else {
      code.append(line.text.slice(0, line.from), el("mark", {}, line.text.slice(line.from, line.to)), line.text.slice(line.to));
    }
    lines.append(el("div", { class: page.marked === i ? "line marked" : "line" }, number, code));
  });
  if (page.lines.length === 0) lines.append(el("div", { class: "line empty" }, "empty"));
  if (page.first > 1) lines.prepend(el("div", { class: "line empty" }, `… ${page.first - 1} lines before`));
  if (page.more > 0) lines.append(el("div", { class: "line empty" }, `… ${page.more} more lines`));
  return el("section", { class: `block ${block.kind}` }, el("h2", {}, block.title, el("span", { class: "note" }, block.note)), lines);
}

function draw(page: ResultsPage | undefined): void {
  if (!page) {
    const hint = el("p", { class: "hint" }, "Nothing has run yet. Open a solution and press ", el("kbd", {}, navigator.platform.startsWith("Mac") ? "⌘⌥B" : "Ctrl+Alt+B"), ".");
    root.replaceChildren(el("div", { class: "nothing" }, hint));
    return;
  }
  const head = el(
    "header",
    { class: `head ${page.tone}` },
    el("div", { class: "title" }, el("span", { class: "badge" }, page.badge), el("strong", {}, page.name), el("span", { class: "headline", role: "status" }, page.headline)),
    el("div", { class: "facts" }, ...page.facts.map((fact) => el("span", {}, fact)), page.location && locationLink(page.location)),
  );
  const bar =
    page.phase === "running" &&
    el("div", { class: page.progress === undefined ? "bar endless" : "bar", role: "progressbar" }, el("div", { style: `width:${((page.progress ?? 1) * 100).toFixed(1)}%` }));
  const tabs = page.tabs.length > 0 && el("nav", { class: "tabs", role: "tablist" }, ...page.tabs.map((tab, i) => tabButton(tab.verdict, tab.title, i, page.tab)));
  const scroll = root.querySelector(".columns")?.scrollTop ?? 0;
  root.replaceChildren(
    ...[
      bar,
      head,
      el("div", { class: "actions" }, ...page.actions.map(button)),
      tabs,
      page.columns.length > 0 && el("div", { class: "columns" }, ...page.columns.map(text)),
      ...page.blocks.map(text),
      page.sentences.length > 0 && el("ul", { class: "sentences" }, ...page.sentences.map((sentence) => el("li", {}, sentence))),
    ].filter((child): child is HTMLElement => Boolean(child)),
  );
  const columns = root.querySelector(".columns");
  if (columns) columns.scrollTop = scroll;
  scrollTogether();
  for (const marked of root.querySelectorAll(".line.marked")) {
    const lines = marked.parentElement as HTMLElement;
    const top = (marked as HTMLElement).offsetTop - lines.offsetTop;
    if (top > lines.clientHeight - 20) lines.scrollTop = top - lines.clientHeight / 2;
  }
}

function locationLink(location: { title: string; note: string }): HTMLElement {
  const link = el("a", { href: "#", title: location.note }, location.title);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    vscode.postMessage({ type: "action", name: "location" });
  });
  return link;
}

function tabButton(verdict: string, title: string, index: number, current: number): HTMLElement {
  const tab = el("button", { role: "tab", "aria-selected": String(index === current), class: index === current ? "tab current" : "tab" }, el("span", { class: "badge" }, verdict), title);
  tab.addEventListener("click", () => vscode.postMessage({ type: "failure", failure: index }));
  return tab;
}

/** The two outputs scroll together. */
function scrollTogether(): void {
  const sides = [...root.querySelectorAll<HTMLElement>(".expected .lines, .actual .lines")];
  for (const side of sides) {
    side.addEventListener("scroll", () => {
      for (const other of sides) if (other !== side && other.scrollTop !== side.scrollTop) other.scrollTop = side.scrollTop;
    });
  }
}

window.addEventListener("message", (event: MessageEvent<{ type: string; page?: ResultsPage }>) => {
  if (event.data.type === "page") draw(event.data.page);
});
vscode.postMessage({ type: "ready" });
