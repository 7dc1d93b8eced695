// Swaps a result, and kills itself right before the n-th call to the file system; prints how many there were if it lives.
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { openedDirectory, publishFiles } from "./results.js";

const [dir = "", dieBefore = ""] = process.argv.slice(2);
const data = await openedDirectory(dir);
await publishFiles(data, "k", { "raw/a": "old", "b": "old" });

let calls = 0;
for (const name of ["mkdir", "open", "rename", "rm", "symlink"] as const) {
  const call = fs[name] as (...args: unknown[]) => Promise<unknown>;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      calls += 1;
      if (calls === Number(dieBefore)) process.kill(process.pid, "SIGKILL");
      return call(...args);
    },
  });
}
syncBuiltinESMExports();
await publishFiles(data, "k", { "raw/a": "new", "c": "new" });
process.stdout.write(String(calls));
