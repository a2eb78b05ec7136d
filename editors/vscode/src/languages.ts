/**
 * Which files can be programs, and which are helpers by their names. The server's
 * own search is exact; this decides what is shown before it runs, and whether to
 * wake it. Tests hold both tables against docs/languages.md and docs/configuration.md.
 */
import type { Role } from "./protocol";

/** VS Code's language ids, and the extensions without a dot. */
export const languages: { id: string; title: string; extensions: string[] }[] = [
  { id: "cpp", title: "C++", extensions: ["cpp", "cc", "cxx", "c++", "cp"] },
  { id: "c", title: "C", extensions: ["c"] },
  { id: "python", title: "Python", extensions: ["py", "pypy"] },
  { id: "java", title: "Java", extensions: ["java"] },
  { id: "shellscript", title: "Bash", extensions: ["sh", "bash"] },
  { id: "go", title: "Go", extensions: ["go"] },
  { id: "rust", title: "Rust", extensions: ["rs"] },
  { id: "javascript", title: "JavaScript", extensions: ["js", "mjs", "cjs"] },
  { id: "csharp", title: "C#", extensions: ["cs"] },
  { id: "pascal", title: "Pascal", extensions: ["pas", "pp", "dpr"] },
  { id: "haskell", title: "Haskell", extensions: ["hs"] },
  { id: "d", title: "D", extensions: ["d"] },
  { id: "ruby", title: "Ruby", extensions: ["rb"] },
  { id: "perl", title: "Perl", extensions: ["pl"] },
  { id: "lua", title: "Lua", extensions: ["lua", "luajit"] },
  { id: "php", title: "PHP", extensions: ["php"] },
  { id: "ocaml", title: "OCaml", extensions: ["ml"] },
  { id: "fortran", title: "Fortran", extensions: ["f90", "f95", "f03", "f08"] },
];

export const specLanguage = "stresstester-spec";
export const configName = "stresstester.toml";
export const testsFolder = ".stresstester";

const known = new Set(languages.flatMap((language) => language.extensions));

/** Names of helpers without their extension, in the server's order. X stands for the problem. */
export const patterns: Partial<Record<Role, string[]>> = {
  brute: ["X_brute", "X__Good", "brute", "slow", "naive", "correct", "good"],
  generator: ["X_gen", "X__Generator", "gen", "generator"],
  checker: ["X_checker", "checker", "chk", "check"],
  validator: ["X_validator", "validator", "val"],
  interactor: ["X__Interactor", "X_interactor", "interactor"],
};

export function basename(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

export function dirname(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : path.slice(0, Math.max(end, 1));
}

function split(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Whether a file of that name can be compiled or run. */
export function isProgram(name: string): boolean {
  return known.has(split(name)[1].toLowerCase());
}

export interface Helper {
  role: Role;
  /** The problem that it is named after; empty for names such as gen.cpp. */
  problem: string;
}

/** What kind of helper a file is, by its name. */
export function helperOf(name: string): Helper | undefined {
  const [stem, extension] = split(name);
  if (extension === "spec") return { role: "spec", problem: stem === "input" ? "" : stem };
  if (!known.has(extension.toLowerCase())) return undefined;
  for (const [role, names] of Object.entries(patterns) as [Role, string[]][]) {
    for (const pattern of names) {
      if (!pattern.startsWith("X")) {
        if (stem === pattern) return { role, problem: "" };
      } else if (stem.endsWith(pattern.slice(1)) && stem.length >= pattern.length) {
        return { role, problem: stem.slice(0, -(pattern.length - 1)) };
      }
    }
  }
  return undefined;
}

/** Whether a folder with these files holds a problem. */
export function holdsProblem(names: Iterable<string>): boolean {
  for (const name of names) {
    if (name === configName || name === testsFolder || helperOf(name)) return true;
  }
  return false;
}

/**
 * The files of a folder that can be tested: all programs but the helpers, if there is
 * a helper for any problem, or a configuration; otherwise those that a helper or saved
 * tests are named after.
 */
export function testedFiles(names: string[], saved: string[] = []): string[] {
  const helpers = names.map(helperOf);
  const programs = names.filter((name, i) => !helpers[i] && isProgram(name));
  if (names.includes(configName) || helpers.some((helper) => helper?.problem === "")) return programs;
  const named = new Set([...saved, ...helpers.flatMap((helper) => (helper ? [helper.problem] : []))]);
  return programs.filter((name) => named.has(split(name)[0]));
}
