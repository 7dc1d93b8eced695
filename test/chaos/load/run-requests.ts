import { join } from "node:path";
import { WarmError } from "../../../src/errors.js";
import { templateVersion } from "../../scenarios/api/template-version.js";
import { ask } from "../../server/served-pools.js";
import { type Loader, pause } from "./load.js";

const PAUSE_MS = 4_000;
const WAIT_MS = 5_000;
export const ASKED_SESSIONS = ["asked-1", "asked-2"];

/** Wants a template beside the file again and again, and sessions of it that come and go, as cyanprint's client does. */
export async function runRequests(loader: Loader): Promise<void> {
  const { sandbox, project, random, over, failed } = loader;
  const socketPath = join(sandbox.dir, ".warm", "warm.sock");
  const body = templateVersion(project.asked.id, project.asked);
  const send = async (method: string, path: string) => {
    const signal = AbortSignal.any([over, AbortSignal.timeout(WAIT_MS)]);
    const call = ask(socketPath, method, path, method === "POST" ? { body, signal } : { signal });
    // Node's own errors: nobody is there, or the reply was cut off.
    const lost = (error: Error) => void failed(does, new WarmError("no-watcher", error.message));
    const does = `${method} ${path}`;
    const answer = await call.catch(lost);
    if (answer?.status === 500) failed(does, new WarmError("internal", answer.text));
  };
  while (!over.aborted) {
    const session = random.pick(ASKED_SESSIONS);
    const choice = random.below(3);
    if (choice === 0) await send("POST", "/template/warm");
    else await send(choice === 1 ? "POST" : "DELETE", `/executor/${session}${choice === 1 ? "/warm" : ""}`);
    await pause(random.below(PAUSE_MS), loader);
  }
}
