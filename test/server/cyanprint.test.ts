import { describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import { templateVersion } from "../scenarios/api/template-version.js";
import { servePools, until } from "./served-pools.js";

const ID = "0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11";
const images = { image: "127.0.0.1:5000/acme/t:1", blob: "127.0.0.1:5000/acme/b:2" };
const BODY = templateVersion(ID, images, { processors: ["acme/p:1"], plugins: ["acme/q:2", "acme/r:3"] });

describe("cyanprint's calls", () => {
  it("are read as its client sends them and answered as it reads them", async () => {
    await using served = await servePools();
    served.requests.isWarm = true;
    expect((await served.ask("GET", "/")).text).toBe('{"status":"OK"}');
    expect((await served.ask("POST", "/template/warm", { body: BODY })).text).toBe('{"status":"OK"}');
    expect((await served.ask("POST", "/executor/Ab3dEf6hIj/warm", { body: BODY })).text).toBe(
      `{"session_id":"Ab3dEf6hIj","vol_ref":{"cyan_id":"${ID}","session_id":"Ab3dEf6hIj"}}`,
    );
    expect((await served.ask("DELETE", "/executor/Ab3dEf6hIj")).text).toBe('{"status":"OK"}');
    expect(served.requests.templates).toEqual([{ id: ID, ...images }]);
    expect(served.requests.sessions).toEqual([
      { id: "Ab3dEf6hIj", template: ID, processors: ["acme/p:1"], plugins: ["acme/q:2", "acme/r:3"] },
    ]);
    expect(served.requests.forgotten).toEqual(["Ab3dEf6hIj"]);
  });

  it("take lists that are null, as Go writes empty ones, and a session of a template without images", async () => {
    await using served = await servePools();
    served.requests.isWarm = true;
    const body = { ...BODY, principal: { id: ID, properties: null }, processors: null, plugins: null };
    expect((await served.ask("POST", "/executor/s/warm", { body })).status).toBe(200);
    const template = await served.ask("POST", "/template/warm", { body });
    expect([template.status, template.json().data]).toEqual([
      400,
      ["body.principal.properties: must be object"],
    ]);
  });

  it("tell every problem of a body, each once, in both shapes", async () => {
    await using served = await servePools();
    const body = { principal: { properties: { blobDockerTag: 3 } }, processors: [{ dockerTag: "" }] };
    const refused = await served.ask("POST", "/template/warm", { body });
    expect(refused.status).toBe(400);
    expect((refused.json().data as string[]).sort()).toMatchInlineSnapshot(`
      [
        "body.principal.id: has to be given",
        "body.principal.properties.blobDockerReference: has to be given",
        "body.principal.properties.blobDockerTag: must be string",
        "body.principal.properties.templateDockerReference: has to be given",
        "body.principal.properties.templateDockerTag: has to be given",
        "body.processors.0.dockerReference: has to be given",
        "body.processors.0.dockerTag: must NOT have fewer than 1 characters",
      ]
    `);
    expect(refused.json().trace_id).toBe(refused.json().traceId);
  });

  it("answer once: a failure is one problem, and nothing after it", async () => {
    await using served = await servePools();
    const asked = served.ask("POST", "/template/warm", { body: BODY });
    await until(() => served.requests.waiting() === 1);
    served.requests.settle(
      new WarmError("pull-failed", "pull acme/t:1: unexpected EOF", { address: "image.acme/t:1" }),
    );
    const answer = await asked;
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([502, "pull-failed"]);
  });

  it("stream the work on request, then what the reply would have been", async () => {
    await using served = await servePools();
    const headers = { accept: "text/event-stream" };
    const asked = served.ask("POST", "/template/warm", { body: BODY, headers });
    await until(() => served.requests.waiting() === 1);
    served.requests.settle();
    const { status, text, headers: got } = await asked;
    expect([status, got["content-type"]]).toEqual([200, "text/event-stream"]);
    expect(text).toContain(
      'event: work\ndata: {"type":"action-started","address":"image.x","action":"create"}\n\n',
    );
    expect(text.endsWith('event: done\ndata: {"status":"OK"}\n\n')).toBe(true);

    const failing = served.ask("POST", "/template/warm", { body: BODY, headers });
    await until(() => served.requests.waiting() === 1);
    served.requests.settle(new WarmError("unhealthy", "never came up"));
    expect((await failing).text).toContain('event: problem\ndata: {"type":"urn:warm:unhealthy"');
  });

  it("stop waiting for a client that has gone", async () => {
    await using served = await servePools();
    for (const headers of [{ accept: "application/json" }, { accept: "text/event-stream" }]) {
      const gone = new AbortController();
      const asked = served.ask("POST", "/template/warm", { body: BODY, headers, signal: gone.signal });
      await until(() => served.requests.waiting() === 1);
      gone.abort();
      await expect(asked).rejects.toThrow();
      await until(() => served.requests.waiting() === 0);
    }
  });

  it("say after the preferred time that it stays wanted, and when to ask again", async () => {
    await using served = await servePools();
    const answer = await served.ask("POST", "/template/warm", { body: BODY, headers: { prefer: "wait=1" } });
    expect([answer.status, answer.json().code]).toEqual([504, "deadline"]);
  });

  it("end with 503 when the server closes under them", async () => {
    await using served = await servePools();
    const asked = served.ask("POST", "/template/warm", { body: BODY });
    await until(() => served.requests.waiting() === 1);
    await served.server.close();
    expect((await asked).json()).toMatchObject({ status: 503, detail: "the watcher is stopping" });
  });
});
