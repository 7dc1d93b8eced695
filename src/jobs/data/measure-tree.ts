import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** What a folder holds, whatever that is; nothing for what cannot be looked at. Links are not followed. Never throws. */
export async function measureTree(dir: string): Promise<{ bytes: number; files: number }> {
  const measured = { bytes: 0, files: 0 };
  const left = [dir];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isDirectory()) {
      const parent = path;
      left.push(...(await readdir(path).catch(() => [])).map((name) => join(parent, name)));
    } else if (stats !== undefined) {
      measured.bytes += stats.size;
      measured.files += 1;
    }
  }
  return measured;
}
