import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { extract } from "tar-stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Host } from "../../src/docker/connection/connect.js";
import { openExecSession } from "../../src/docker/exec/exec-session.js";
import { readContainerFile } from "../../src/docker/observe/read-container-file.js";
import { streamArchive } from "../../src/docker/observe/stream-archive.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { connectTo, runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let host: Host;
let engine: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
  engine = await runContainer(sandbox, await sandbox.image("engine", { to: "load" }));
  const session = await openExecSession(host, engine);
  await session.run([
    ...["sh", "-c"],
    "mkdir -p /out/deep; echo 'ä small' >/out/small; head -c 50000000 /dev/zero >/out/deep/big; ln -s /out/small /out/link; ln -s /out /way; : >/out/empty",
  ]);
  await session.close();
});
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

async function entriesOf(path: string): Promise<string[]> {
  const unpack = extract();
  Readable.from(await streamArchive(host.reader, engine, path)).pipe(unpack);
  const names: string[] = [];
  for await (const entry of unpack) {
    const { name, type, size = 0 } = entry.header;
    names.push(`${type} ${name} ${size}`);
    entry.resume();
  }
  return names.sort();
}

it("a folder comes out as an archive, as it is read and no faster", async () => {
  expect(await entriesOf("/out")).toEqual([
    "directory out/ 0",
    "directory out/deep/ 0",
    "file out/deep/big 50000000",
    "file out/empty 0",
    "file out/small 9",
    "symlink out/link 0",
  ]);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const held = () => process.memoryUsage().arrayBuffers - before;
  let most = 0;
  for await (const _chunk of await streamArchive(host.reader, engine, "/out")) {
    // What nobody holds any more does not count, however rarely this process looks for it.
    if (held() >= 20_000_000) collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, held());
  }
  expect(most).toBeLessThan(25_000_000);
});

it("what is not there is `not-found`, a container that is gone has failed", async () => {
  await expect(streamArchive(host.reader, engine, "/nothing/here")).rejects.toMatchObject({
    code: "not-found",
  });
  await expect(streamArchive(host.reader, "no-such", "/out")).rejects.toMatchObject({
    code: "engine-failed",
  });
});

it("who gives up ends the archive", async () => {
  const gone = new AbortController();
  const archive = await streamArchive(host.reader, engine, "/out", gone.signal);
  const read = async () => {
    for await (const _chunk of archive) gone.abort();
  };
  await expect(read()).rejects.toMatchObject({ code: "interrupted" });
});

it("an archive that breaks off is no archive", async () => {
  const cut = {
    ...host.reader,
    openStream: async () => halfOf(await streamArchive(host.reader, engine, "/out/deep")),
  };
  const read = async () => {
    for await (const _chunk of await streamArchive(cut, engine, "/out/deep"));
  };
  await expect(read()).rejects.toMatchObject({
    code: "docker-failed",
    message: expect.stringContaining("breaks off"),
  });
});

async function* halfOf(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = 1_000_000;
  for await (const chunk of archive) {
    // A file of zeros looks like the archive's end: what is cut off here does not.
    yield left > chunk.length ? chunk : Buffer.from("x");
    left -= chunk.length;
    if (left <= 0) return;
  }
}

it("of one file the beginning is read; a link, a folder and nothing are none", async () => {
  const read = async (path: string, maxBytes = 100) =>
    (await readContainerFile(host.reader, engine, path, maxBytes))?.toString("utf8");
  expect(await read("/out/small")).toBe("ä small\n");
  expect(await read("/out/small", 2)).toBe("ä");
  expect(await read("/out/empty")).toBe("");
  expect(await read("/way/small")).toBe("ä small\n");
  expect(await read("/out/deep/big")).toHaveLength(100);
  for (const path of ["/out/link", "/out", "/nowhere", "/out/small/x"])
    expect(await read(path)).toBeUndefined();
  await expect(readContainerFile(host.reader, "no-such", "/x", 1)).rejects.toMatchObject({
    code: "engine-failed",
  });
});
