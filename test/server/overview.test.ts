import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/model/problem.js";
import { servePools } from "./served-pools.js";

describe("the status over HTTP", () => {
  it("is what `warm status --json` prints, with a tag that spares whoever has it already", async () => {
    await using served = await servePools();
    const first = await served.ask("GET", "/v1/status");
    expect([first.status, first.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(first.json()).toMatchObject({ format: "warm.status/1", project: "demo", summary: { inSync: 3 } });
    const headers = { "if-none-match": String(first.headers.etag) };
    const again = await served.ask("GET", "/v1/status", { headers });
    expect([again.status, again.text]).toEqual([304, ""]);
    served.overview.revision += 1;
    expect((await served.ask("GET", "/v1/status", { headers })).status).toBe(200);
  });

  it("is 503 with when to ask again while the host is away", async () => {
    await using served = await servePools();
    served.overview.project = undefined;
    const away = await served.ask("GET", "/v1/status");
    expect([away.status, away.headers["retry-after"]]).toEqual([503, "1"]);
    expect(away.json()).toMatchObject({ code: "host-unreachable", detail: "the Docker host is away" });
  });
});

describe("a plan over HTTP", () => {
  it("is what `warm plan --format json` prints", async () => {
    await using served = await servePools();
    const plan = await served.ask("GET", "/v1/plan");
    expect([plan.status, plan.json().format]).toEqual([200, "warm.plan/1"]);
    expect(served.overview.candidates).toEqual([]);
  });

  it("of a candidate takes the file as YAML or in JSON", async () => {
    await using served = await servePools();
    const yaml = "version: 1\nproject: demo\n";
    for (const type of ["application/yaml", "text/yaml", "application/x-yaml"])
      expect(
        (await served.ask("POST", "/v1/plan", { body: yaml, headers: { "content-type": type } })).status,
      ).toBe(200);
    await served.ask("POST", "/v1/plan", { body: { text: yaml, name: "deploy/warm.yaml" } });
    expect(served.overview.candidates).toEqual([
      ...Array(3).fill({ text: yaml, name: "warm.yaml" }),
      { text: yaml, name: "deploy/warm.yaml" },
    ]);
  });

  it("of a file with problems is 422 with all of them and where they stand", async () => {
    await using served = await servePools();
    served.overview.plan = async () => {
      const problem = { file: "warm.yaml", line: 4, column: 3, field: "templates.a.blob", rule: "required" };
      throw new ConfigError("warm.yaml", [
        { ...problem, message: "is missing", hint: "name the blob image", excerpt: "  a:" },
        { ...problem, line: 9, message: "is unknown", hint: undefined, excerpt: undefined },
      ]);
    };
    const refused = await served.ask("POST", "/v1/plan", { body: { text: "x" } });
    expect(refused.status).toBe(422);
    expect(refused.json()).toMatchObject({
      code: "config-invalid",
      detail: "warm.yaml:4:3 is missing (and 1 more)",
      problems: [
        { path: "templates.a.blob", message: "is missing", line: 4, column: 3, hint: "name the blob image" },
        { line: 9, message: "is unknown" },
      ],
    });
    await expect(served.client.planCandidate({ text: "x", name: "warm.yaml" })).rejects.toMatchObject({
      code: "config-invalid",
    });
  });

  it.each([
    ["text/plain", "x", 415],
    ["application/json", '{"text": 3}', 400],
    ["application/json", '{"txt": ""}', 400],
    ["application/json", "x".repeat(7 * 1024 * 1024), 413],
  ])("of %s is refused with a problem", async (type, body, status) => {
    await using served = await servePools();
    const refused = await served.ask("POST", "/v1/plan", { body, headers: { "content-type": type } });
    expect([refused.status, refused.headers["content-type"]]).toEqual([
      status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
  });
});

describe("an order to reconcile", () => {
  it("is taken at once, or waited for as long as the client prefers", async () => {
    await using served = await servePools();
    const taken = await served.ask("POST", "/v1/reconcile");
    expect([taken.status, taken.json()]).toEqual([202, { open: ["container.a"] }]);
    expect((await served.ask("POST", "/v1/reconcile", { headers: { prefer: "wait=7" } })).status).toBe(200);
    expect(await served.client.reconcile(2_000)).toEqual({ open: ["container.a"] });
    expect(served.overview.orders).toEqual([0, 7_000, 2_000]);
  });
});

describe("probes", () => {
  it("are told whether the loop goes round", async () => {
    await using served = await servePools();
    expect((await served.ask("GET", "/healthz")).json()).toEqual({ status: "OK" });
    served.overview.alive = false;
    expect((await served.ask("GET", "/healthz")).status).toBe(503);
    expect((await served.ask("HEAD", "/")).status).toBe(200);
  });

  it("are told what is missing for readiness", async () => {
    await using served = await servePools();
    expect((await served.ask("GET", "/readyz")).json()).toMatchObject({ status: "OK" });
    served.overview.checks = [
      { name: "pass", isMet: true, detail: "3 passes" },
      { name: "pools", isMet: false, detail: "valheim has 1 of 3 engines" },
    ];
    const unready = await served.ask("GET", "/readyz");
    expect([unready.status, unready.headers["retry-after"]]).toEqual([503, "2"]);
    expect(unready.json()).toMatchObject({
      code: "no-engine",
      detail: "pools: valheim has 1 of 3 engines",
      checks: [{ isMet: true }, { isMet: false }],
    });
    expect(await served.client.readiness()).toEqual(served.overview.checks);
  });

  it("scrape counts of the very requests that are made", async () => {
    await using served = await servePools();
    await served.ask("GET", "/v1/engines/valheim");
    await served.ask("GET", "/nothing/here?token=s3cr3t");
    const scraped = await served.ask("GET", "/metrics");
    expect([scraped.status, scraped.headers["content-type"]]).toEqual([
      200,
      expect.stringMatching(/^text\/plain/),
    ]);
    expect(scraped.text).toContain(
      'warm_http_requests_total{route="/v1/engines/:pool",method="GET",status="200"} 1',
    );
    expect(scraped.text).toMatch(/warm_http_requests_total\{route="none",method="GET",status="404"\} 1/);
    expect(scraped.text).not.toContain("s3cr3t");
  });
});
