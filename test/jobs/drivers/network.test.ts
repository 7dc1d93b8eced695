import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DriverSite, StartedWork } from "../../../src/jobs/drivers/driver.js";
import { startWork } from "../../../src/jobs/drivers/start-work.js";
import type { JobDriver } from "../../../src/model/job.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { HOSTILE, startEngine, type TriedEngine } from "./driver-site.js";
import { startRconServer } from "./rcon-server.js";

let sandbox: Sandbox;
let image: string;
let engine: TriedEngine;
const open: StartedWork[] = [];

beforeAll(async () => {
  sandbox = await createSandbox();
  image = await sandbox.image("engine", { to: "load" });
  engine = await startEngine(sandbox, image);
});
afterEach(() => Promise.all(open.splice(0).map((work) => work.close())));
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await sandbox.dispose();
});

async function start(driver: JobDriver, site: DriverSite): Promise<StartedWork> {
  const work = await startWork(driver, site);
  open.push(work);
  return work;
}

/** Another engine, to be killed. */
const another = () => startEngine(sandbox, image);

const isWorld = (seed: string) => (line: string) => line === `world seed: ${seed}`;

describe("http", () => {
  const driver: JobDriver = { type: "http", port: 8080, method: "POST", path: "/cgi-bin/load" };
  const CGI = `#!/bin/sh
head -c "$CONTENT_LENGTH" >/tmp/body
printf 'Status: %s\\r\\nContent-Type: text/plain\\r\\n\\r\\n' "$(cat /tmp/status)"
echo "world seed: taken"; echo more
sleep "$(cat /tmp/delay)"
echo last
`;
  const answerWith = (status: string, delay = "0") =>
    engine.session.run(["sh", "-c", 'echo "$1" >/tmp/status; echo "$2" >/tmp/delay', "sh", status, delay]);
  beforeAll(async () => {
    await engine.session.putFile("/www/cgi-bin/load", CGI, 0o755);
  });

  it("hostile texts arrive as JSON, and the lines of the reply are told", async () => {
    await answerWith("201 Created");
    for (const seed of [...HOSTILE, "two\nlines\0"]) {
      const site = engine.site({ seed, size: 3, fast: true });
      const work = await start(driver, site);
      await work.ended;
      const body = await engine.session.run(["cat", "/tmp/body"]);
      expect(JSON.parse(body.stdout)).toEqual({ job: "job-1", params: { seed, size: 3, fast: true } });
      expect(site.lines).toEqual(["world seed: taken", "more", "last"]);
      await work.close();
    }
  });

  it("4xx is no engine's fault and says why, 5xx and 3xx are this one's", async () => {
    const endedWith = async (status: string) => {
      await answerWith(status);
      return (await start(driver, engine.site())).ended;
    };
    await expect(endedWith("422 Unprocessable")).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining("422: world seed: taken"),
    });
    await expect(endedWith("503 Busy")).rejects.toMatchObject({ code: "engine-failed" });
    await expect(endedWith("302 Found")).rejects.toMatchObject({ code: "engine-failed" });
  });

  it("who has no address, no published port, or nobody who listens is told so", async () => {
    const { lease, host } = engine.site();
    const isRefused = (more: Partial<DriverSite>) => start(driver, engine.site({}, more));
    await expect(isRefused({ lease: { ...lease, address: undefined } })).rejects.toMatchObject({
      code: "rejected",
    });
    const published = { ...host(), reach: "published" } as const;
    await expect(isRefused({ lease: { ...lease, ports: {} }, host: () => published })).rejects.toMatchObject({
      code: "rejected",
      hint: expect.stringContaining("8080"),
    });
    const elsewhere = start({ ...driver, port: 81 }, engine.site());
    await expect(elsewhere).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringContaining("nothing listens there"),
    });
  });

  it("the time of the try, its being given up and the end of the engine end it", async () => {
    await answerWith("200 OK", "30");
    const late = await start(driver, engine.site({}, { leftMs: () => 300 }));
    await expect(late.ended).rejects.toMatchObject({ code: "engine-failed" });
    const site = engine.site();
    const given = await start(driver, site);
    await site.line((line) => line === "more");
    site.giveUp();
    await expect(given.ended).rejects.toMatchObject({ code: "interrupted" });
    await using doomed = await another();
    await doomed.session.run(["sh", "-c", "echo 200 OK >/tmp/status; echo 30 >/tmp/delay"]);
    await doomed.session.putFile("/www/cgi-bin/load", CGI, 0o755);
    const last = await start(driver, doomed.site());
    await sandbox.docker.getContainer(doomed.id).kill();
    await expect(last.ended).rejects.toMatchObject({ code: "engine-failed" });
  });
});

describe("rcon", () => {
  const driver: JobDriver = { type: "rcon", port: 25575, password: "secret", command: "load {seed}" };
  const at = (port: number, params = {}) => {
    const { lease } = engine.site();
    return engine.site(params, { lease: { ...lease, address: "127.0.0.1", ports: { 25575: port } } });
  };

  it("hostile texts arrive as they are, the lines of the reply and the engine's are told", async () => {
    await using server = await startRconServer({ reply: (command) => [`got ${command}\nand`, " more"] });
    for (const seed of HOSTILE.filter(({ length }) => length < 4000)) {
      const site = at(server.port, { seed });
      await start(driver, site);
      await site.line((line) => line === "and more");
      expect(site.lines).toEqual([`got load ${seed}`, "and more"]);
      expect(server.commands).toContain(`load ${seed}`);
    }
    const site = at(server.port, { seed: "x" });
    await start(driver, site);
    await engine.session.run(["sh", "-c", "echo load_world by rcon >/run/commands"]);
    await site.line(isWorld("by rcon"));
  });

  it("a refused password is no engine's fault, a broken connection is", async () => {
    await using server = await startRconServer({ password: "another" });
    await expect(start(driver, at(server.port))).rejects.toMatchObject({ code: "rejected" });
    await using dropping = await startRconServer({ reply: () => [] });
    const work = await start(driver, at(dropping.port));
    dropping.drop();
    await expect(work.ended).rejects.toMatchObject({ code: "engine-failed" });
  });

  it("the end of the engine ends the work", async () => {
    await using server = await startRconServer();
    await using doomed = await another();
    const lease = { ...doomed.site().lease, address: "127.0.0.1", ports: { 25575: server.port } };
    const work = await start(driver, doomed.site({ seed: "x" }, { lease }));
    await sandbox.docker.getContainer(doomed.id).kill();
    await expect(work.ended).rejects.toMatchObject({ code: "engine-failed" });
  });
});
