import { request } from "node:http";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import type { RouteOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import { ConfigError } from "../../src/model/problem.js";
import { createApp } from "../../src/server/create-app.js";
import { createMetrics } from "../../src/server/metrics/create-metrics.js";
import { addRoutes } from "../../src/server/routes/add-routes.js";
import { createStreams } from "../../src/server/streams/streams.js";
import { temporaryFolder } from "../jobs/data/folders.js";
import { openedDirectory, publishFiles } from "../jobs/data/results.js";
import { templateVersion } from "../scenarios/api/template-version.js";
import { type ApiDocument, findOperation, operationsOf } from "./api-document.js";
import { createDocumentCheck, type FindLies } from "./document-check.js";
import { createMemoryServed } from "./memory-served.js";
import { type Answer, type AskOptions, type ServedPools, servePools, until } from "./served-pools.js";

/** Design, section 10. */
const DESIGNED = [
  ...["GET /", "POST /template/warm", "POST /executor/{sessionId}/warm", "DELETE /executor/{sessionId}"],
  ...["GET /v1/status", "GET /v1/plan", "POST /v1/plan", "POST /v1/reconcile", "GET /v1/events"],
  ...["GET /v1/engines", "GET /v1/engines/{pool}", "POST /v1/engines/{pool}/leases"],
  ...["PUT /v1/leases/{id}", "DELETE /v1/leases/{id}", "POST /v1/engines/{pool}/jobs"],
  ...["GET /v1/jobs/{id}", "DELETE /v1/jobs/{id}"],
  ...["GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json"],
];

interface Registered {
  /** Those that are asked for, and those that only refuse. */
  readonly routes: readonly RouteOptions[];
  readonly document: ApiDocument;
}

/** Every route that the app is given, as Fastify hears of it. */
async function registerRoutes(): Promise<Registered> {
  const routes: RouteOptions[] = [];
  const served = createMemoryServed();
  const { signal } = new AbortController();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const metrics = createMetrics(served);
  const app = await createApp({
    ...{ log, access: { kind: "socket" }, allowedHosts: [], stopping: signal, requestTimeoutMs: 1_000 },
    onAnswered: () => undefined,
    addRoutes(instance) {
      instance.addHook("onRoute", (route) => void routes.push(route));
      const streams = createStreams(signal, 1);
      addRoutes(instance, { ...served, log, metrics, streams, stopping: signal, givenUp: signal });
    },
  });
  await app.ready();
  const document = app.swagger() as unknown as ApiDocument;
  await app.close();
  metrics.close();
  return { routes, document };
}

const isHidden = ({ schema }: RouteOptions) => (schema as { hide?: boolean } | undefined)?.hide === true;
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe("the OpenAPI document", () => {
  let document: ApiDocument;
  let routes: readonly RouteOptions[];
  beforeAll(async () => {
    ({ document, routes } = await registerRoutes());
  });

  /** What may be asked for; HEAD is asked for where GET is. */
  const asked = () =>
    routes
      .filter((route) => !isHidden(route))
      .flatMap(({ method, url }) => [method].flat().map((one) => ({ method: one, path: inBraces(url) })))
      .filter(({ method }) => method !== "HEAD");

  it("lints clean", async () => {
    const config = await createConfig({ extends: ["recommended"] });
    const found = await lintFromString({ source: JSON.stringify(document), config });
    expect(
      found.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} ${at?.pointer}`),
    ).toEqual([]);
  });

  it("has every route of the app and nothing else", () => {
    expect(operationsOf(document).map(nameOf).sort()).toEqual(asked().map(nameOf).sort());
  });

  it("has each call of the design", () => {
    expect(operationsOf(document).map(nameOf)).toEqual(expect.arrayContaining(DESIGNED));
  });

  it("tells of each what it does, under a tag that is explained, and what success and failure look like", () => {
    const tags = document.tags.map(({ name }) => name);
    const lacking = operationsOf(document).flatMap((operation) => {
      const { summary, tags: own = [], responses, parameters = [], path } = operation;
      const statuses = Object.keys(responses);
      const named = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      return [
        ...(summary ? [] : ["summary"]),
        ...(own.length === 1 && own.every((tag) => tags.includes(tag)) ? [] : ["tag"]),
        ...(statuses.some((status) => status.startsWith("2")) ? [] : ["2xx"]),
        ...(statuses.includes("4XX") && statuses.includes("5XX") ? [] : ["errors"]),
        ...(String(named) === String(namesIn(path)) ? [] : ["path parameters"]),
      ].map((what) => `${nameOf(operation)}: ${what}`);
    });
    expect(lacking).toEqual([]);
  });

  it("asks for no token exactly where none is needed, and every route says what it asks for", () => {
    const scopes = routes
      .filter((route) => !isHidden(route))
      .map(({ method, url, config }) => ({
        method: String(method),
        path: inBraces(url),
        scope: config?.scope,
      }));
    expect(scopes.filter(({ scope }) => scope === undefined)).toEqual([]);
    const open = scopes.filter(({ scope, method }) => scope === "public" && method !== "HEAD").map(nameOf);
    const told = operationsOf(document).filter(({ security }) => security?.length === 0);
    expect(told.map(nameOf).sort()).toEqual(open.sort());
  });

  it("hides the routes that only refuse a method, and each path has one", () => {
    const refusing = routes.filter(isHidden).map(({ url }) => inBraces(url));
    expect([...new Set(refusing)].sort()).toEqual(Object.keys(document.paths).sort());
    const refused = routes
      .filter(isHidden)
      .flatMap(({ method, url }) => [method].flat().map((one) => `${one} ${inBraces(url)}`));
    expect(
      operationsOf(document)
        .map(nameOf)
        .filter((name) => refused.includes(name)),
    ).toEqual([]);
  });
});

const inBraces = (url: string) => url.replace(/:(\w+)/g, "{$1}");
const namesIn = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

const ID = "0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11";
const TEMPLATE = templateVersion(ID, { image: "acme/t:1", blob: "acme/b:2" }, { processors: ["acme/p:1"] });
const LEASES = "/v1/engines/valheim/leases";
const JOBS = "/v1/engines/valheim/jobs";
const NOW = { prefer: "wait=0" };

describe("answers", () => {
  let served: ServedPools;
  let document: ApiDocument;
  let findLies: FindLies;
  const answered = new Set<string>();

  beforeAll(async () => {
    served = await servePools({ size: 1, queue: 1 }, () => ({ maxStreams: 1 }));
    document = (await served.ask("GET", "/openapi.json")).json() as unknown as ApiDocument;
    findLies = createDocumentCheck(document);
  });
  afterAll(() => served[Symbol.asyncDispose]());

  /** Asks, and holds the answer against what the document says of that route and status. */
  async function check(
    status: number,
    method: string,
    path: string,
    options: AskOptions = {},
  ): Promise<Answer> {
    const answer = await served.ask(method, path, options);
    const operation = findOperation(document, method, path);
    answered.add(`${nameOf(operation)} ${status < 400 ? "well" : "ill"}`);
    expect({
      path: `${method} ${path}`,
      status: answer.status,
      lies: findLies(method, path, answer),
    }).toEqual({
      path: `${method} ${path}`,
      ...{ status, lies: [] },
    });
    return answer;
  }

  /** The head of an answer that goes on until it is ended. */
  function begin(path: string): Promise<{ head: unknown; end(): void }> {
    return new Promise((settle, fail) => {
      const sent = request({ socketPath: served.socketPath, path, agent: false }).once("error", fail).end();
      sent.once("response", ({ statusCode: status = 0, headers }) => {
        const operation = findOperation(document, "GET", path);
        answered.add(`${nameOf(operation)} well`);
        const lies = findLies("GET", path, { status, headers, text: "" });
        settle({ head: { status, lies }, end: () => sent.destroy() });
      });
    });
  }

  it("of probes and of the overview are as the document says", async () => {
    await check(200, "GET", "/");
    await check(403, "GET", "/", { headers: { host: "evil.example" } });
    await check(200, "GET", "/healthz");
    await check(200, "GET", "/readyz");
    await check(200, "GET", "/metrics");
    await check(403, "GET", "/metrics", { headers: { origin: "https://evil.example" } });
    await check(200, "GET", "/openapi.json");
    await check(403, "GET", "/openapi.json", { headers: { "sec-fetch-site": "cross-site" } });
    served.overview.alive = false;
    served.overview.checks = [{ name: "host", isMet: false, detail: "it is away" }];
    await check(503, "GET", "/healthz");
    await check(503, "GET", "/readyz");

    const { headers } = await check(200, "GET", "/v1/status");
    await check(304, "GET", "/v1/status", { headers: { "if-none-match": String(headers.etag) } });
    served.overview.revision += 1;
    served.overview.project = undefined;
    await check(503, "GET", "/v1/status");
    await check(200, "GET", "/v1/plan");
    await check(200, "POST", "/v1/plan", { body: { text: "version: 1" } });
    await check(200, "POST", "/v1/plan", { body: "a: 1", headers: { "content-type": "application/yaml" } });
    await check(400, "POST", "/v1/plan", { body: { txt: "" } });
    await check(415, "POST", "/v1/plan", { body: "a: 1", headers: { "content-type": "text/plain" } });
    served.overview.plan = async (candidate) => {
      if (candidate === undefined) throw new WarmError("host-forbidden", "the daemon says no");
      const problem = { file: "warm.yaml", line: 4, column: 3, field: "templates.a", rule: "required" };
      const told = { message: "is missing", hint: "name it", excerpt: "  a:" };
      throw new ConfigError("warm.yaml", [{ ...problem, ...told }]);
    };
    await check(422, "POST", "/v1/plan", { body: { text: "version: 1" } });
    await check(502, "GET", "/v1/plan");
    await check(202, "POST", "/v1/reconcile");
    await check(200, "POST", "/v1/reconcile", { headers: { prefer: "wait=1" }, body: {} });
    await check(400, "POST", "/v1/reconcile", { body: { now: true } });
  });

  it("of cyanprint's calls are as the document says", async () => {
    served.requests.isWarm = true;
    await check(200, "POST", "/template/warm", { body: TEMPLATE });
    await check(200, "POST", "/executor/s1/warm", { body: TEMPLATE });
    await check(200, "DELETE", "/executor/s1");
    served.requests.isWarm = false;
    await check(400, "POST", "/template/warm", { body: { principal: {} } });
    await check(504, "POST", "/template/warm", { body: TEMPLATE, headers: NOW });
    await check(400, "POST", "/executor/s1/warm", { body: [] });
    await check(504, "DELETE", "/executor/s1", { headers: NOW });
    const details = { hint: "look", address: "container.a", logs: ["panic"] };
    const failing = check(503, "POST", "/executor/s1/warm", { body: TEMPLATE });
    await until(() => served.requests.waiting() === 1);
    served.requests.settle(new WarmError("unhealthy", "never came up", details));
    await failing;
  });

  it("of engines and leases are as the document says", async () => {
    await check(200, "GET", "/v1/engines");
    await check(403, "GET", "/v1/engines", { headers: { host: "evil.example" } });
    await check(400, "GET", "/v1/engines/%zz");
    await check(200, "GET", "/v1/engines/valheim");
    await check(404, "GET", "/v1/engines/nope");
    await check(400, "GET", `/v1/engines/${"%C3%BE".repeat(201)}`);
    await check(200, "POST", "/v1/engines/valheim/recycle");
    await check(404, "POST", "/v1/engines/nope/recycle", { body: { slot: 1 } });
    await check(200, "POST", "/v1/engines/valheim/canary", { body: { holder: "a" } });

    const lease = (await check(201, "POST", LEASES, { body: { holder: "a", ttl: "90s" } })).json();
    const { fence } = lease;
    const path = `/v1/leases/${lease.id}`;
    await check(200, "GET", "/v1/engines/valheim");
    await check(200, "GET", "/v1/leases");
    await check(403, "GET", "/v1/leases", { headers: { host: "evil.example" } });
    await check(503, "POST", "/v1/engines/valheim/canary", { body: { holder: "b", wait: "0s" } });
    await check(503, "POST", LEASES, { body: { holder: "b" }, headers: NOW });
    const waiting = check(201, "POST", LEASES, { body: { holder: "b", key: "k" } });
    await until(() => served.pools.queued() === 1);
    await check(429, "POST", LEASES, { body: { holder: "c" } });
    await check(404, "POST", "/v1/engines/nope/leases", { body: { holder: "a" } });
    await check(400, "POST", LEASES, { body: { holdr: "a", bind: { env: { "A-B": "x" } } } });
    await check(413, "POST", LEASES, { body: { holder: "x".repeat(9 * 1024 * 1024) } });
    await check(200, "PUT", path, { body: { fence, ttl: "1h" } });
    await check(409, "PUT", path, { body: { fence: 99 } });
    await check(410, "PUT", "/v1/leases/none", { body: { fence } });
    await check(200, "POST", `${path}/exec`, { body: { fence, command: ["echo", "hi"] } });
    await check(409, "POST", `${path}/exec`, { body: { fence: 99, command: ["x"] } });
    await check(500, "POST", `${path}/exec`, { body: { fence, command: ["bug"] } });
    await check(409, "DELETE", `${path}?fence=99`);
    await check(400, "DELETE", `${path}?fence=one`);
    await check(204, "DELETE", `${path}?fence=${fence}&outcome=dirty`);
    await waiting;
  });

  it("of jobs are as the document says", async () => {
    const body = { params: { seed: "a" }, holder: "ci" };
    await check(201, "POST", JOBS, { body });
    await check(429, "POST", JOBS, { body: { ...body, params: { seed: "b" } } });
    await check(400, "POST", JOBS, { body: { ...body, params: { sed: "b" } } });
    await check(200, "GET", "/v1/jobs/job-1");
    await check(404, "GET", "/v1/jobs/job-1/result");
    const chunks = [{ number: 0, state: "done", attempt: 1, engine: "engine.valheim/1" }] as const;
    served.jobs.advance("job-1", { state: "generating", attempt: 1, lastLine: "40 %", chunks });
    await check(200, "GET", "/v1/jobs/job-1?after=0");
    const { dir } = await publishFiles(await openedDirectory(temporaryFolder()), "k", { "world.db": "w" });
    served.jobs.finish("job-1", { dataDir: dir });
    await check(200, "GET", "/v1/jobs/job-1/result");
    await check(200, "POST", JOBS, { body });
    await check(201, "POST", JOBS, { body: { ...body, params: { seed: "c" } } });
    await check(202, "DELETE", "/v1/jobs/job-3");
    await check(404, "DELETE", "/v1/jobs/none");
    await check(200, "GET", "/v1/jobs?limit=10");
    await check(400, "GET", "/v1/jobs?limit=0");
    await check(404, "GET", "/v1/jobs/none");
  });

  it("of streams are as the document says", async () => {
    await check(400, "GET", "/v1/events?types=all");
    const open = await begin("/v1/events");
    expect(open.head).toEqual({ status: 200, lies: [] });
    await check(429, "GET", "/v1/events");
    open.end();
  });

  it("were had of every operation, good and bad ones", () => {
    const wanted = operationsOf(document).flatMap((one) => [`${nameOf(one)} well`, `${nameOf(one)} ill`]);
    expect(wanted.filter((name) => !answered.has(name))).toEqual([]);
  });
});
