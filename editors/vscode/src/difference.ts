/** Two outputs beside each other. Knows nothing of VS Code. */
import type { Difference, Position } from "./protocol";

/** A line of a text. The marked part is [from, to) in UTF-16 units; equal ends mark the end of the text. */
export interface Line {
  text: string;
  from?: number;
  to?: number;
}

export interface Page {
  lines: Line[];
  /** The first line's number, counted from 1. */
  first: number;
  /** Lines behind the last one that are not shown. */
  more: number;
  /** The marked line's index in lines. */
  marked?: number;
}

/** Lines of a text; a line break at its end begins no line. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** Where a column, which counts bytes of UTF-8 from 1, stands in UTF-16 units from 0. */
export function unitsOf(line: string, column: number): number {
  let bytes = 1;
  let units = 0;
  for (const character of line) {
    if (bytes >= column) break;
    bytes += Buffer.byteLength(character);
    units += character.length;
  }
  return units;
}

const longest = 2000;

/**
 * At most `most` lines of a text, around the marked place if there is one. Very long
 * lines are cut around the mark.
 */
export function pageOf(text: string, most: number, place?: Position, token = ""): Page {
  const all = linesOf(text);
  const row = place ? Math.min(place.line - 1, all.length) : 0;
  const start = place && row >= most ? Math.max(0, Math.min(row - Math.floor(most / 2), all.length - most)) : 0;
  const lines: Line[] = all.slice(start, start + most).map((line) => ({ text: line }));
  const page: Page = { lines, first: start + 1, more: Math.max(0, all.length - start - most) };
  if (place) {
    if (row >= all.length) lines.push({ text: "" }); // It ends before the other one.
    const line = lines[row - start];
    if (line) {
      page.marked = row - start;
      line.from = row >= all.length ? 0 : unitsOf(line.text, place.column);
      line.to = Math.min(line.text.length, line.from + token.length);
    }
  }
  for (const line of lines) cut(line);
  return page;
}

function cut(line: Line): void {
  if (line.text.length <= longest) return;
  const start = line.from === undefined ? 0 : Math.max(0, line.from - longest / 2);
  const end = Math.min(line.text.length, start + longest);
  const before = start > 0 ? "…" : "";
  line.text = before + line.text.slice(start, end) + (end < line.text.length ? "…" : "");
  if (line.from !== undefined && line.to !== undefined) {
    line.from += before.length - start;
    line.to = Math.min(line.to + before.length - start, line.text.length);
  }
}

export interface Sides {
  expected: Page;
  actual: Page;
}

export function sidesOf(expected: string, actual: string, most: number, difference?: Difference | null): Sides {
  return {
    expected: pageOf(expected, most, difference?.expected, difference?.expected_token),
    actual: pageOf(actual, most, difference?.actual, difference?.actual_token),
  };
}
