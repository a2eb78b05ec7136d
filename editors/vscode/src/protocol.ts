/**
 * What the server's commands take and return, and what it tells by itself:
 * the generated declarations, and what they leave open.
 */
export * from "./protocol.generated";
export { commands as command } from "./protocol.generated";

/** One finding of the check of the installation. */
export interface Finding {
  name: string;
  ok: boolean;
  detail: string;
  remedy?: string;
}

/** What stresstester.doctor returns. */
export interface Diagnosis {
  ok: boolean;
  findings: Finding[];
}
