import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { timed } from "../measure.js";
import { readGrown } from "./grown-project.js";

/** As users get it: what runs the tests compiles it for another purpose. */
const [{ openHost }, { observeHost }, { streamEvents }, { indexWanted, isDamage }] = await Promise.all([
  importBuilt<typeof import("../../../src/apply/host-session.js")>("apply/host-session.js"),
  importBuilt<typeof import("../../../src/docker/observe/observe-host.js")>("docker/observe/observe-host.js"),
  importBuilt<typeof import("../../../src/docker/observe/stream-events.js")>(
    "docker/observe/stream-events.js",
  ),
  importBuilt<typeof import("../../../src/daemon/triggers/is-damage.js")>("daemon/triggers/is-damage.js"),
]);

const LISTS = ["/info", "/images/json", "/networks", "/volumes", "/containers/json?all=1"];

/** The parts of warm that grow with a host, each beside the least that it has to do; milliseconds of one time. */
export interface GrownHost {
  observe(): Promise<number>;
  readBare(): Promise<number>;
  /** An event for the loss of each resource, read and judged as a watcher judges it. */
  hearEvents(): Promise<number>;
  hearBare(): Promise<number>;
  close(): void;
}

/** @param dir of a simulated host that is ready */
export async function openGrown(dir: string, resources: number): Promise<GrownHost> {
  const socketPath = join(dir, "docker.sock");
  const desired = await readGrown(readFileSync(join(dir, "warm.yaml"), "utf8"), resources);
  const { host, findCredentials, close } = await openHost({
    env: {},
    home: dir,
    host: `unix://${socketPath}`,
  });
  const observed = await observeHost(host, { desired, findCredentials });
  const view = {
    ...{ wanted: indexWanted(desired), inFlight: new Set<string>(), hasConflicts: false },
    ...{ addressById: new Map<string, string>(), imageIds: new Set(observed.images.map(({ id }) => id)) },
  };
  return {
    observe: () => timed(() => observeHost(host, { desired, findCredentials })),
    readBare: () =>
      timed(() => Promise.all(LISTS.map(async (path) => JSON.parse(await getBare(socketPath, path))))),
    hearEvents: () =>
      timed(async () => {
        const [life, heard] = [new AbortController(), { events: 0 }];
        for await (const event of streamEvents(host.reader, () => undefined, life.signal)) {
          if (!isDamage(event, view)) throw new Error(`no damage: ${JSON.stringify(event)}`);
          heard.events += 1;
          if (heard.events === resources) break;
        }
        life.abort();
        if (heard.events < resources) throw new Error(`${heard.events} events of ${resources}`);
      }),
    hearBare: () => timed(() => hearBare(socketPath, resources)),
    close,
  };
}

async function importBuilt<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../../../dist/${path}`, import.meta.url).href)) as Module;
}

function getBare(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    call.on("error", reject);
    call.end();
  });
}

/** So many lines read and parsed. */
function hearBare(socketPath: string, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: "/events" }, (answer) => {
      let [rest, heard] = ["", 0];
      answer.setEncoding("utf8").on("data", (text: string) => {
        const lines = `${rest}${text}`.split("\n");
        rest = lines.pop() ?? "";
        heard += lines.map((line) => JSON.parse(line)).length;
        if (heard < count) return;
        answer.destroy();
        resolve();
      });
    });
    call.on("error", reject);
    call.end();
  });
}
