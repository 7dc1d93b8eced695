import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { temporaryFolder } from "./folders.js";
import { openedDirectory, publishFiles } from "./results.js";

it("results can be made again after somebody has removed all of them, folders and all", async () => {
  const dir = temporaryFolder();
  const data = await openedDirectory(dir);
  rmSync(dir, { recursive: true });
  const hash = "a".repeat(64);
  await publishFiles(data, hash, { "raw/a.txt": "a" });
  expect(await data.find(hash)).toMatchObject({ bytes: 1 });
});
