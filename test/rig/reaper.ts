import { rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { dockerOn } from "./docker-client.js";
import { removeSandboxObjects } from "./remove-objects.js";

/**
 * `reaper.ts SOCKET RUN GROUP DIR`: waits until its standard input ends, which it does however the process at the
 * other end goes, and then clears up after a run of tests on a Docker that is not ours: kills the process group GROUP,
 * removes the objects of the sandboxes of RUN and the directory DIR.
 */
async function reap([socketPath = "", run = "", group = "", dir = ""]: string[]): Promise<void> {
  await text(process.stdin);
  try {
    process.kill(-Number(group), "SIGKILL");
  } catch {
    // All of them have ended.
  }
  await removeSandboxObjects(dockerOn(socketPath), run);
  rmSync(dir, { recursive: true, force: true });
}

await reap(process.argv.slice(2));
