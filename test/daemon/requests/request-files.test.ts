import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRequests, requestsIn } from "../../../src/config/requests/read-requests.js";
import { openRequestFiles } from "../../../src/daemon/requests/request-files.js";
import type { RuntimeRequest } from "../../../src/model/request.js";

let dir: string;
beforeEach(() => {
  dir = requestsIn(mkdtempSync(join(tmpdir(), "warm-requests-")));
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const times = { since: "2026-03-01T12:00:00.000Z", expiresAt: "2026-03-02T12:00:00.000Z" };
const template: RuntimeRequest = { kind: "template", id: "a.b-C_1", image: "x:1", blob: "y:1", ...times };
const session: RuntimeRequest = {
  ...{ kind: "session", id: "s", template: "t", processors: ["p:1"], plugins: [], isForgotten: false },
  ...times,
};

describe("requests in the state directory", () => {
  it("are read as they were written, by the watcher and by commands beside it", async () => {
    const files = openRequestFiles(dir);
    expect(await files.load()).toEqual([]);
    await files.write(template);
    await files.write(session);
    await files.write({ ...session, isForgotten: true });
    expect(await files.load()).toEqual([{ ...session, isForgotten: true }, template]);
    expect(await readRequests(dir)).toEqual(await files.load());
    expect(statSync(join(dir, "session-s.json")).mode & 0o777).toBe(0o600);
    await files.remove(session);
    await files.remove(session);
    expect(readdirSync(dir)).toEqual(["template-a.b-C_1.json"]);
  });

  it.each([
    ["template-x.json", "{"],
    ["template-x.json", "null"],
    ["template-x.json", "[]"],
    ["template-x.json", JSON.stringify({ ...template, id: "x" })],
    ["template-x.json", JSON.stringify({ format: "warm.request/1", ...template, id: "y" })],
    ["template-x.json", JSON.stringify({ format: "warm.request/1", ...template, id: "x", image: "NO" })],
    [
      "template-x.json",
      JSON.stringify({ format: "warm.request/1", ...template, id: "x", expiresAt: "soon" }),
    ],
    ["session-x.json", JSON.stringify({ format: "warm.request/1", ...session, id: "x", plugins: [1] })],
  ])("that are none are left out: %s %s", async (name, content) => {
    mkdirSync(dir);
    writeFileSync(join(dir, name), content);
    writeFileSync(join(dir, "template-z.json.new"), "half");
    expect(await openRequestFiles(dir).load()).toEqual([]);
    // What a killed process was writing is gone, what somebody else put there stays.
    expect(readdirSync(dir)).toEqual([name]);
  });

  it("that cannot be written say where and why", async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, "template-a.b-C_1.json.new"), "");
    rmSync(dir, { recursive: true });
    writeFileSync(dir, "a file");
    await expect(openRequestFiles(dir).write(template)).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining(`requests in ${dir} cannot be written down`),
    });
    chmodSync(dir, 0o600);
  });
});
