import { describe, expect, it } from "vitest";
import type { JobView } from "../../src/model/job.js";
import { servePools, until } from "./served-pools.js";

const PATH = "/v1/engines/valheim/jobs";
const ask = (seed: string, more: object = {}) => ({ body: { params: { seed }, holder: "ci-17" }, ...more });

describe("a job over HTTP", () => {
  it("is accepted with 201 and where it is found, and seen there and in the list", async () => {
    await using served = await servePools();
    const body = { params: { seed: "a" }, holder: "ci-17", priority: 5, force: true, verify: false };
    const accepted = await served.ask("POST", PATH, { body });
    expect([accepted.status, accepted.headers.location]).toEqual([201, "/v1/jobs/job-1"]);
    expect(accepted.json()).toMatchObject({ id: "job-1", state: "queued", key: "a", priority: 5 });
    expect(served.jobs.requests).toEqual([body]);
    expect((await served.ask("GET", "/v1/jobs/job-1")).json()).toEqual(accepted.json());
    await served.ask("POST", PATH, ask("b"));
    const { jobs } = (await served.ask("GET", "/v1/jobs")).json() as unknown as { jobs: JobView[] };
    expect(jobs.map(({ key }) => key)).toEqual(["b", "a"]);
  });

  it("is answered with 200 when its result is there", async () => {
    await using served = await servePools();
    await served.ask("POST", PATH, ask("a"));
    served.jobs.finish("job-1");
    const again = await served.ask("POST", PATH, ask("a", { headers: { prefer: "wait=60" } }));
    expect([again.status, again.headers.location]).toEqual([200, "/v1/jobs/job-2"]);
    expect(again.json()).toMatchObject({ state: "done", outcome: { cached: true } });
  });

  it("is cancelled with 202 and how it stands", async () => {
    await using served = await servePools();
    await served.ask("POST", PATH, ask("a"));
    const cancelled = await served.ask("DELETE", "/v1/jobs/job-1");
    expect(cancelled.status).toBe(202);
    expect(cancelled.json()).toMatchObject({ state: "cancelled", askers: 0 });
    expect((await served.ask("DELETE", "/v1/jobs/job-1")).status).toBe(202);
  });

  it("takes a world seed of 64 KiB, of control characters and as unicode, as it stands", async () => {
    await using served = await servePools();
    for (const seed of ["\u0001".repeat(64 * 1024), "../../etc; $(reboot)\n", "\u{1f30b} þ", "", "-x"]) {
      const accepted = await served.ask("POST", PATH, ask(seed));
      expect([accepted.status, accepted.json().key]).toEqual([201, seed]);
    }
  });
});

describe("a job that is not taken", () => {
  it.each([
    ["/v1/engines/nope/jobs", "POST", 404, "not-found", "there is no pool nope"],
    ["/v1/jobs/nope", "GET", 404, "not-found", "there is no job nope"],
    ["/v1/jobs/nope?after=3", "GET", 404, "not-found", "there is no job nope"],
    ["/v1/jobs/nope", "DELETE", 404, "not-found", "there is no job nope"],
    [PATH, "GET", 405, "usage", "use POST"],
    ["/v1/jobs/x?after=-1", "GET", 400, "usage", "query.after: use a whole number"],
  ])("%s %s is a problem", async (path, method, status, code, detail) => {
    await using served = await servePools();
    const options = method === "POST" ? ask("a") : { headers: { prefer: "wait=5" } };
    const answer = await served.ask(method, path, options);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
  });

  it("is told every problem of the request at once, without its values", async () => {
    await using served = await servePools();
    const body = { param: {}, params: { seed: ["s3cr3t"], n: null }, priority: 1.5, force: "yes" };
    const { status, text, json } = await served.ask("POST", PATH, { body });
    expect([status, text.includes("s3cr3t")]).toEqual([400, false]);
    expect(String(json().detail).split("; ").sort()).toMatchInlineSnapshot(`
      [
        "body.force: must be boolean",
        "body.holder: has to be given",
        "body.param: unknown key: did you mean \`params\`?",
        "body.params.n: must be string,number,boolean",
        "body.params.seed: must be string,number,boolean",
        "body.priority: must be integer",
      ]
    `);
  });

  it("is told every problem of its parameters", async () => {
    await using served = await servePools();
    const answer = await served.ask("POST", PATH, { body: { params: { a: 1, b: true }, holder: "x" } });
    expect(answer.json()).toMatchObject({
      status: 400,
      detail: "params.a: unknown parameter; params.b: unknown parameter; params.seed: has to be given",
    });
  });

  it("because too many wait is told when to ask again", async () => {
    await using served = await servePools({ queue: 1 });
    await served.ask("POST", PATH, ask("a"));
    const answer = await served.ask("POST", PATH, ask("b"));
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    expect(answer.json()).toMatchObject({ code: "queue-full" });
  });

  it("because its body is over 8 MiB is a problem", async () => {
    await using served = await servePools();
    expect((await served.ask("POST", PATH, ask("x".repeat(8 * 1024 * 1024)))).status).toBe(413);
  });
});

describe("waiting for a job", () => {
  it("holds the reply to a submission until the job is over", async () => {
    await using served = await servePools();
    const asked = served.ask("POST", PATH, ask("a", { headers: { prefer: "wait=60" } }));
    await until(() => served.jobs.waiting() === 1);
    served.jobs.advance("job-1", { state: "generating" });
    await until(() => served.jobs.waiting() === 1);
    served.jobs.finish("job-1");
    const answer = await asked;
    expect([answer.status, answer.json().state]).toEqual([201, "done"]);
  });

  it("gives the job as it stands when the time is up", async () => {
    await using served = await servePools();
    const answer = await served.ask("POST", PATH, ask("a", { headers: { prefer: "wait=1" } }));
    expect([answer.status, answer.json().state]).toEqual([201, "queued"]);
    expect(served.jobs.waiting()).toBe(0);
  });

  it("ends with the next revision, and at once when there is one", async () => {
    await using served = await servePools();
    const { revision } = await served.client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    const waiting = served.client.changedJob("job-1", revision, 60_000);
    await until(() => served.jobs.waiting() === 1);
    served.jobs.advance("job-1", { state: "loading" });
    expect(await waiting).toMatchObject({ state: "loading", revision: revision + 1 });
    expect(await served.client.changedJob("job-1", revision, 60_000)).toMatchObject({ state: "loading" });
  });

  it("is not begun without a preference", async () => {
    await using served = await servePools();
    const { revision } = await served.client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    expect((await served.ask("GET", `/v1/jobs/job-1?after=${revision}`)).status).toBe(200);
  });

  it("ends when the client goes away; the job goes on", async () => {
    await using served = await servePools();
    const gone = new AbortController();
    const headers = { prefer: "wait=60" };
    const submitting = served.ask("POST", PATH, ask("a", { headers, signal: gone.signal }));
    await until(() => served.jobs.waiting() === 1);
    const looking = served.client.changedJob("job-1", 1, 60_000, gone.signal);
    await until(() => served.jobs.waiting() === 2);
    gone.abort();
    await expect(submitting).rejects.toThrow();
    await expect(looking).rejects.toMatchObject({ code: "interrupted" });
    await until(() => served.jobs.waiting() === 0);
    expect(served.jobs.get("job-1")).toMatchObject({ state: "queued", askers: 1 });
  });

  it("ends with 503 when the server is closed", async () => {
    await using served = await servePools({}, () => ({ graceMs: 60_000 }));
    const headers = { prefer: "wait=60" };
    const submitting = served.ask("POST", PATH, ask("a", { headers }));
    await until(() => served.jobs.waiting() === 1);
    const looking = served.ask("GET", "/v1/jobs/job-1?after=1", { headers });
    await until(() => served.jobs.waiting() === 2);
    const closed = served.server.close();
    for (const answer of [await submitting, await looking]) {
      expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
      expect(answer.json()).toMatchObject({ code: "no-watcher", detail: "the watcher is stopping" });
    }
    await closed;
  });
});

describe("the client's jobs", () => {
  it("mean what those of the watcher mean", async () => {
    await using served = await servePools();
    const { client } = served;
    const view = await client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    const joined = await client.submitJob("valheim", { params: { seed: "a" }, holder: "y" });
    expect([joined.id, joined.askers]).toEqual([view.id, 2]);
    expect(await client.cancelJob(view.id)).toMatchObject({ state: "queued", askers: 1 });
    expect(await client.job(view.id)).toMatchObject({ askers: 1 });
    expect((await client.jobs()).map(({ id }) => id)).toEqual([view.id]);
    await expect(client.job("a/../b")).rejects.toMatchObject({ code: "not-found" });
  });
});
