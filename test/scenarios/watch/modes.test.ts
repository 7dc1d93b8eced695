import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepGame } from "../jobs/kept-game.js";

/** Mode of everything below a folder, by path; of a folder with a slash at its end. */
function modesBelow(dir: string): Record<string, string> {
  const paths = readdirSync(dir, { recursive: true, encoding: "utf8" });
  return Object.fromEntries(
    ["", ...paths].map((path) => {
      const stats = lstatSync(join(dir, path));
      return [path + (stats.isDirectory() ? "/" : ""), (stats.mode & 0o777).toString(8)];
    }),
  );
}

it.each([0o000, 0o077])(
  "what a watcher keeps is its owner's alone after leases, jobs and pauses, whatever the umask (%o)",
  async (mask) => {
    const before = process.umask(mask);
    try {
      await using game = await keepGame({ size: 1 });
      const { sandbox } = game;
      await game.ready(1);
      expect((await game.make("world")).outcome).toMatchObject({ success: true });
      await game.ready(1);
      expect((await sandbox.call(["pause", "--for", "1h"])).code).toBe(0);
      expect((await sandbox.call(["plan", "--out", "plan.json"])).code).toBe(0);
      await game.watching.line(({ msg }) => msg === "revision applied");
      const modes = modesBelow(join(sandbox.dir, ".warm"));
      const names = Object.keys(modes);
      for (const name of [
        "/",
        "warm.sock",
        "status.json",
        "pause.json",
        "engines/journal",
        "jobs/",
        "revisions/good.json",
      ])
        expect(names).toContain(name);
      for (const [path, mode] of Object.entries(modes))
        expect(mode, path).toBe(path.endsWith("/") ? "700" : "600");
      expect(lstatSync(join(sandbox.dir, "plan.json")).mode & 0o777).toBe(0o600);
      const results = modesBelow(join(sandbox.dir, "data"));
      for (const [path, mode] of Object.entries(results))
        expect(Number.parseInt(mode, 8) & 0o022, path).toBe(0);
    } finally {
      process.umask(before);
    }
  },
);
