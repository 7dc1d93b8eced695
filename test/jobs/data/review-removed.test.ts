import { rmSync } from "node:fs";
import { expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { temporaryFolder } from "./folders.js";
import { openedDirectory, publishFiles } from "./results.js";

it("results can be made again after somebody has removed all of them, folders and all", async () => {
  const dir = temporaryFolder();
  const data = await openedDirectory(dir);
  rmSync(dir, { recursive: true });
  await publishFiles(data, "a", { "raw/a.txt": "a" });
  expect(await data.find(sha256("a"))).toMatchObject({ bytes: 1 });
});
