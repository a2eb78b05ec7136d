// Draws the check of the installation. All text is set as text, never as HTML.
import type { DoctorPage } from "../src/doctorpage";

declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const vscode = acquireVsCodeApi();
const root = document.getElementById("root") as HTMLElement;

function el(tag: string, name: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

function draw(page: DoctorPage): void {
  const main = el("main", "doctor", el("h1", "", "Installation"), el("p", "summary", page.summary));
  for (const finding of page.findings) {
    const row = el("div", `finding ${finding.ok ? "good" : "bad"}`, el("span", "badge", finding.ok ? "works" : "broken"), el("span", "name", finding.name), el("span", "detail", finding.detail));
    if (finding.remedy) row.append(el("div", "remedy", finding.remedy));
    main.append(row);
  }
  const actions = el("div", "actions");
  for (const action of page.actions) {
    const button = el("button", action.primary ? "primary" : "", action.title);
    button.addEventListener("click", () => vscode.postMessage({ command: action.command }));
    actions.append(button);
  }
  main.append(actions);
  root.replaceChildren(main);
}

window.addEventListener("message", (event: MessageEvent<{ page: DoctorPage }>) => draw(event.data.page));
vscode.postMessage({ type: "ready" });
