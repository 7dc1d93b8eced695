import { readdirSync } from "node:fs";
import { join } from "node:path";

const CONTAINER = /^(docker-)?[0-9a-f]{64}(\.scope)?$/;
const MAX_DEPTH = 4;
const MAX_FOLDERS = 5000;

/**
 * The folders below which Docker keeps its containers' groups: `--cgroup-parent` and the init system decide, and
 * the daemon does not tell. Looks four levels deep.
 */
export function findGroupParents(tree: string): string[] {
  const parents: string[] = [];
  let level = [""];
  let seen = 0;
  for (let depth = 0; depth < MAX_DEPTH && seen < MAX_FOLDERS; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      seen += 1;
      const children = listGroups(join(tree, folder));
      const others = children.filter((name) => !CONTAINER.test(name));
      if (others.length < children.length) parents.push(folder);
      next.push(...others.map((name) => join(folder, name)));
    }
    level = next;
  }
  return parents;
}

/** The child groups of a folder; none when it cannot be read. */
function listGroups(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
