/** The check of the installation, as data: the webview only draws it. Knows nothing of VS Code. */
import type { Finding } from "./protocol";

export interface DoctorPage {
  summary: string;
  findings: Finding[];
  actions: { command: string; title: string; primary?: boolean }[];
}

/** The page of what was found, or of a check that goes on when there are no findings yet. */
export function doctorPage(findings: Finding[] | undefined): DoctorPage {
  if (!findings) return { summary: "Checking…", findings: [], actions: [] };
  const broken = findings.filter((finding) => !finding.ok);
  const actions: DoctorPage["actions"] = [];
  if (broken.some((finding) => /image/i.test(finding.name))) actions.push({ command: "stresstester.ui.buildImage", title: "Build the Sandbox Image", primary: true });
  actions.push({ command: "stresstester.ui.doctor", title: "Check Again", primary: actions.length === 0 && broken.length > 0 });
  actions.push({ command: "stresstester.ui.logs", title: "Show Log" }, { command: "stresstester.ui.settings", title: "Open Settings" });
  return {
    summary: broken.length === 0 ? "Everything that a run needs works." : `${broken.length === 1 ? "One thing does" : `${broken.length} things do`} not work. What to do is written below it.`,
    findings,
    actions,
  };
}
