import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { servePools } from "./served-pools.js";

const PATH = "/v1/engines/valheim/leases";

describe("reading", () => {
  it("says that the server is there", async () => {
    await using served = await servePools();
    const answer = await served.ask("GET", "/");
    expect([answer.status, answer.text]).toEqual([200, '{"status":"OK"}']);
  });

  it("shows all pools, and one", async () => {
    await using served = await servePools({ size: 2 });
    const all = (await served.ask("GET", "/v1/engines")).json();
    expect(all).toMatchObject({ pools: [{ id: "valheim", target: 2, counts: { ready: 2, leased: 0 } }] });
    expect((await served.ask("GET", "/v1/engines/valheim")).json()).toEqual((all.pools as unknown[])[0]);
  });

  it("is possible with HEAD", async () => {
    await using served = await servePools();
    const head = await served.ask("HEAD", "/v1/engines");
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers["content-type"]).toMatch(/^application\/json/);
  });
});

describe("what is asked for and is not there", () => {
  it.each([
    ["GET", "/v1/engines/nope", "there is no pool nope"],
    ["GET", "/v1/nope?a=1", "there is no GET /v1/nope"],
    ["GET", "/v1/engines/valheim/", "there is no GET /v1/engines/valheim/"],
  ])("%s %s is a problem with status 404", async (method, path, detail) => {
    await using served = await servePools();
    const answer = await served.ask(method, path);
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ code: "not-found", detail: expect.stringContaining(detail) });
  });

  it.each([
    ["DELETE", "/", "GET, HEAD"],
    ["POST", "/v1/engines", "GET, HEAD"],
    ["GET", PATH, "POST"],
    ["HEAD", PATH, "POST"],
    ["PATCH", "/v1/leases/x", "DELETE, PUT"],
  ])("%s %s is a problem with status 405 that says what is allowed", async (method, path, allowed) => {
    await using served = await servePools();
    // Even a body that is no JSON is not looked at.
    const answer = await served.ask(method, path, method === "HEAD" ? {} : { body: "{" });
    expect([answer.status, answer.headers.allow]).toEqual([405, allowed]);
    if (method !== "HEAD") expect(answer.json()).toMatchObject({ code: "usage", status: 405 });
  });
});

describe("a request that is wrong", () => {
  it("is told every problem at once, without its values", async () => {
    await using served = await servePools();
    const body = {
      holdr: "ci",
      ttl: "s3cr3t",
      wait: "25h",
      priority: 1.5,
      bind: { env: { "A-B": "x", B: 7 }, files: { "relative": "x", "/dir/": "x", "/b": { base65: "" } } },
    };
    const answer = await served.ask("POST", PATH, { body });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain("s3cr3t");
    const { problems, detail } = answer.json() as {
      problems: { path: string; message: string }[];
      detail: string;
    };
    const lines = problems.map(({ path, message }) => `${path}: ${message}`);
    expect(detail).toBe(lines.join("; "));
    expect(lines.sort()).toMatchInlineSnapshot(`
      [
        "body.bind.env.A-B: use a name of letters, digits and \`_\` that begins with no digit",
        "body.bind.env.B: must be string",
        "body.bind.files./b.base64: has to be given",
        "body.bind.files./b.base65: unknown key: did you mean \`base64\`?",
        "body.bind.files./dir/: use the absolute path of a file",
        "body.bind.files.relative: use the absolute path of a file",
        "body.holder: has to be given",
        "body.holdr: unknown key: did you mean \`holder\`?",
        "body.priority: must be integer",
        "body.ttl: use a duration from 1s to 24h, such as 60s",
        "body.wait: use a duration from 0s to 1h, such as 60s",
      ]
    `);
  });

  it.each([
    ["no holder", {}, "body.holder: has to be given"],
    ["a ttl of nothing", { holder: "a", ttl: "0s" }, "body.ttl: use a duration from 1s to 24h, such as 60s"],
    ["files that are no base64", { holder: "a", bind: { files: { "/a": { base64: "?" } } } }, "is no base64"],
    ["a list", [], "body: must be object"],
    ["no text where one is wanted", { holder: 5 }, "body.holder: must be string"],
    ["a NUL", { holder: "a", bind: { env: { A: "\0" } } }, "body.bind.env.A: use a text without NUL"],
  ])("%s", async (_name, body, detail) => {
    await using served = await servePools();
    const answer = await served.ask("POST", PATH, { body });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: "usage", detail: expect.stringContaining(detail) });
  });

  it.each([
    ["no JSON", "{", {}, 400, "the body is no JSON"],
    ["nothing", "", {}, 400, "said to be JSON and is empty"],
    ["a key that would change every object", '{"__proto__":{"a":1},"holder":"x"}', {}, 400, ""],
    [
      "a form",
      "holder=a",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "not said to be JSON",
    ],
    ["plain text", "{}", { "content-type": "text/plain" }, 415, "not said to be JSON"],
  ])("a body of %s", async (_name, body, headers, status, detail) => {
    await using served = await servePools();
    const answer = await served.ask("POST", PATH, { body, headers });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ code: "usage", status, detail: expect.stringContaining(detail) });
  });

  it("a query that has other keys, or no numbers", async () => {
    await using served = await servePools();
    const answer = await served.ask("DELETE", "/v1/leases/x?fence=one&outcom=dirty");
    expect(answer.json().detail).toBe(
      "query.outcom: unknown key: did you mean `outcome`?; query.fence: use a whole number",
    );
  });

  it("a path that cannot be decoded", async () => {
    await using served = await servePools();
    const answer = await served.ask("GET", "/v1/engines/%zz");
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: "usage", detail: "the path is not a valid one" });
  });

  it("what is no HTTP at all", async () => {
    await using served = await servePools();
    const answer = await served.raw("hello\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    expect(answer).toContain("this is no HTTP request");
  });
});

describe("limits", () => {
  const MIB = 1024 * 1024;

  it("a body over 1 MiB is refused with 413", async () => {
    await using served = await servePools();
    const body = { fence: 1, command: ["x".repeat(MIB)] };
    const answer = await served.ask("POST", "/v1/leases/x/exec", { body });
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: "usage", detail: "the body is too large" });
  });

  it("files of a binding may have 4 MiB together and no more", async () => {
    await using served = await servePools({ size: 2 });
    const base64 = Buffer.alloc(4 * MIB).toString("base64");
    const bind = (more: object) => ({
      body: { holder: "a", bind: { files: { "/a": { base64 }, ...more } } },
    });
    expect((await served.ask("POST", PATH, bind({}))).status).toBe(201);
    const answer = await served.ask("POST", PATH, bind({ "/b": "x" }));
    expect(answer.json()).toMatchObject({ code: "usage", detail: expect.stringContaining("4194305 bytes") });
  });

  it("a client that sends its request too slowly is told so and cut off", async () => {
    await using served = await servePools({}, () => ({ requestTimeoutMs: 100 }));
    const socket = connect({ path: served.socketPath, allowHalfOpen: true }).setEncoding("utf8");
    socket.write("POST / HTTP/1.1\r\nHost: wa");
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 Request Timeout[\s\S]*did not come in time/);
  });
});

describe("an error that nobody foresaw", () => {
  it("is logged with its stack, and its text is not told", async () => {
    await using served = await servePools();
    const { id, fence } = await served.client.lease("valheim", { holder: "a" });
    const answer = await served.ask("POST", `/v1/leases/${id}/exec`, { body: { fence, command: ["bug"] } });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("s3cr3t");
    const problem = answer.json();
    const [, , fields] = served.logged.find(([level]) => level === "error") ?? [];
    expect(fields).toMatchObject({
      traceId: problem.traceId,
      path: `/v1/leases/${id}/exec`,
      stack: expect.stringContaining("TypeError"),
    });
  });
});

describe("recycle and canary", () => {
  it("recycle takes a slot, or without a body all", async () => {
    await using served = await servePools({ size: 2 });
    const all = await served.ask("POST", "/v1/engines/valheim/recycle");
    expect(all.json()).toEqual({ recycled: ["engine.valheim/1", "engine.valheim/2"] });
    const one = await served.ask("POST", "/v1/engines/valheim/recycle", { body: { slot: 2 } });
    expect(one.json()).toEqual({ recycled: ["engine.valheim/2"] });
  });

  it("canary tells what it found", async () => {
    await using served = await servePools();
    const answer = await served.ask("POST", "/v1/engines/valheim/canary", {
      body: { holder: "a", wait: "1s" },
    });
    expect(answer.json()).toMatchObject({ isClean: true, engine: "engine.valheim/1" });
  });
});
