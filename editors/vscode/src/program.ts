/** Where the server's program is looked for. Knows nothing of VS Code. */

export interface Places {
  /** The setting; empty when it says nothing. */
  set: string;
  /** The folder of the program that comes with the extension. */
  bundled: string;
  /** The folders of PATH. */
  folders: string[];
  windows: boolean;
  join(...parts: string[]): string;
}

/** Paths in the order in which they are tried. A setting is the only one: what it names is meant. */
export function programCandidates(places: Places): string[] {
  const name = places.windows ? "stresstester.exe" : "stresstester";
  if (places.set !== "" && /[\\/]/.test(places.set)) return [places.set];
  const folders = places.folders.filter((folder) => folder !== "");
  if (places.set !== "") return folders.map((folder) => places.join(folder, places.set));
  return [places.join(places.bundled, name), ...folders.map((folder) => places.join(folder, name))];
}

/** ~ and ~/… with the home folder's path. */
export function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? home + path.slice(1) : path;
}
