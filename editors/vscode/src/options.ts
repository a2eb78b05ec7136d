/** Options as people write them. Knows nothing of VS Code. */
import type { Options } from "./protocol";

/** Reads `tests=500 gen_args="10 [5..100]" no_shrink`. The server judges names and values. */
export function parseOptions(text: string): Options {
  const options: Record<string, string | boolean> = {};
  for (const match of text.matchAll(/([\w-]+)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    const name = (match[1] ?? "").replace(/^--/, "").replace(/-/g, "_");
    const value = match[2];
    options[name] = value === undefined ? true : /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
  }
  return options as Options;
}

/** What is wrong with the text of options, before the server sees it. */
export function mistakeOf(text: string): string | undefined {
  const quotes = text.split('"').length - 1;
  return quotes % 2 === 1 ? "A quotation mark is not closed" : undefined;
}
