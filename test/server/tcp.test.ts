import { type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ListenAddress } from "../../src/server/access/parse-listen-address.js";
import { digestOf, type Scope } from "../../src/server/access/tokens.js";
import { createClient } from "../../src/server/client/create-client.js";
import { type ServerSettings, startTcpServer } from "../../src/server/listen/start-server.js";
import { templateVersion } from "../scenarios/api/template-version.js";
import { createMemoryServed } from "./memory-served.js";
import { servePools } from "./served-pools.js";

const TOKENS: Readonly<Record<Scope, string>> = {
  read: "read-0123456789abcdef",
  lease: "lease-0123456789abcdef",
  admin: "admin-0123456789abcdef",
};
const ACCESS = {
  kind: "tokens",
  tokens: () =>
    (Object.keys(TOKENS) as Scope[]).map((scope) => ({
      name: scope,
      scope,
      digest: digestOf(TOKENS[scope]),
    })),
} as const;
const SAFE = { host: "127.0.0.1", port: 0 };
const log = { debug() {}, info() {}, warn() {}, error() {} };
const served = createMemoryServed();
const start = (address: ListenAddress = SAFE, more: Partial<ServerSettings> = {}) =>
  startTcpServer({ served, log, graceMs: 100, address, access: ACCESS, ...more });

interface TcpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface Question {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

function ask(port: number, call: string, { token, headers, body }: Question = {}): Promise<TcpAnswer> {
  const [method, path] = call.split(" ");
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((settle, fail) => {
    const sent = request({
      ...{ host: "127.0.0.1", port, method, path, agent: false },
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(bytes && { "content-type": "application/json", "content-length": bytes.length }),
        ...headers,
      },
    });
    sent.once("error", fail);
    sent.once("response", (response) => {
      const { statusCode: status = 0 } = response;
      text(response).then((got) => settle({ status, headers: response.headers, body: got }), fail);
    });
    sent.end(bytes);
  });
}

let port: number;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ port, close } = await start());
  served.requests.isWarm = true;
});
afterAll(() => close());

const BODY = templateVersion("0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11", { image: "a/t:1", blob: "a/b:2" });
/** Each with a body that is wrong, or of something that is not there: whoever may ask is told so, and nothing is done. */
const CALLS: readonly { needed: Scope; call: string; body?: unknown }[] = [
  ...(["/metrics", "/v1/status", "/v1/plan", "/v1/engines", "/v1/engines/nope", "/v1/leases"] as const).map(
    (path) => ({ needed: "read" as const, call: `GET ${path}` }),
  ),
  ...["/v1/jobs", "/v1/jobs/nope", "/v1/jobs/nope/result", "/v1/events?types=no"].map((path) => ({
    needed: "read" as const,
    call: `GET ${path}`,
  })),
  { needed: "read", call: "POST /v1/plan", body: { text: "version: 1" } },
  { needed: "lease", call: "POST /v1/engines/valheim/leases", body: {} },
  { needed: "lease", call: "PUT /v1/leases/nope", body: { fence: 1 } },
  { needed: "lease", call: "DELETE /v1/leases/nope?fence=1" },
  { needed: "lease", call: "POST /v1/leases/nope/exec", body: { fence: 1, command: ["x"] } },
  { needed: "lease", call: "POST /v1/engines/valheim/canary", body: {} },
  { needed: "lease", call: "POST /v1/engines/valheim/jobs", body: {} },
  { needed: "lease", call: "DELETE /v1/jobs/nope" },
  { needed: "lease", call: "POST /template/warm", body: BODY },
  { needed: "lease", call: "POST /executor/s/warm", body: BODY },
  { needed: "lease", call: "DELETE /executor/s" },
  { needed: "admin", call: "POST /v1/engines/valheim/recycle" },
  { needed: "admin", call: "POST /v1/reconcile" },
];

describe("over TCP", () => {
  it.each([
    ["no token", {}, "a token is needed here"],
    ["a wrong one", { authorization: "Bearer nobody-0123456789abcdef" }, "this token is none of ours"],
    ["half of one", { authorization: `Bearer ${TOKENS.admin.slice(0, -1)}` }, "this token is none of ours"],
    ["one without a scheme", { authorization: TOKENS.admin }, "this token is none of ours"],
    ["a wrong password", { authorization: `Basic ${base64("warm:x")}` }, "this token is none of ours"],
  ])("%s is told with 401 what is needed", async (_name, headers, detail) => {
    const answer = await ask(port, "GET /v1/status", { headers });
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="warm"']);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 401, code: "auth-failed", detail });
  });

  it("nobody learns without a token what is there", async () => {
    for (const call of ["GET /v1/nope", "PATCH /v1/engines", "GET /v1/engines/nope"])
      expect([call, (await ask(port, call)).status]).toEqual([call, 401]);
    const token = TOKENS.read;
    expect((await ask(port, "GET /v1/nope", { token })).status).toBe(404);
    expect((await ask(port, "PATCH /v1/engines", { token })).status).toBe(405);
  });

  it.each(["GET /", "HEAD /", "GET /healthz", "GET /readyz", "GET /openapi.json"])(
    "%s needs no token",
    async (call) => {
      expect((await ask(port, call)).status).toBe(200);
    },
  );

  it.each(CALLS)(
    "scope $needed is enough for $call, and no smaller one is",
    async ({ needed, call, body }) => {
      const scopes = ["read", "lease", "admin"] as const;
      for (const scope of scopes) {
        const { status, body: text } = await ask(port, call, { token: TOKENS[scope], body });
        const isEnough = scopes.indexOf(scope) >= scopes.indexOf(needed);
        if (isEnough) expect([scope, [401, 403].includes(status)]).toEqual([scope, false]);
        else
          expect(JSON.parse(text)).toMatchObject({
            ...{ status: 403, code: "rejected" },
            detail: `a token of scope ${needed} is needed here, this one has ${scope}`,
          });
      }
      expect((await ask(port, call, { body })).status).toBe(401);
    },
  );

  it("takes the token as a password too, for clients that have only a URL", async () => {
    const authorization = `Basic ${base64(`warm:${TOKENS.lease}`)}`;
    const body = { holder: "a" };
    const leased = await ask(port, "POST /v1/engines/valheim/leases", { headers: { authorization }, body });
    expect(leased.status).toBe(201);
    const { id } = JSON.parse(leased.body) as { id: string };
    expect((await ask(port, `DELETE /v1/leases/${id}`, { headers: { authorization } })).status).toBe(204);
    expect((await ask(port, "POST /v1/reconcile", { headers: { authorization } })).status).toBe(403);
  });

  it("refuses a request without a right before it reads the body", async () => {
    const headers = { "content-length": "100000000", "content-type": "application/json" };
    expect((await ask(port, "POST /v1/reconcile", { headers })).status).toBe(401);
  });

  it("a token that is taken away is refused from then on", async () => {
    let tokens = ACCESS.tokens();
    const server = await startTcpServer({
      ...{ served, log, address: SAFE, access: { kind: "tokens", tokens: () => tokens } },
    });
    const token = TOKENS.read;
    expect((await ask(server.port, "GET /v1/status", { token })).status).toBe(200);
    tokens = [];
    expect((await ask(server.port, "GET /v1/status", { token })).status).toBe(401);
    await server.close();
  });
});

const FOREIGN: readonly (readonly [string, Record<string, string>])[] = [
  ["a page of another site", { origin: "https://evil.example" }],
  ["a sandboxed page", { origin: "null" }],
  ["an image on a page", { "sec-fetch-site": "cross-site" }],
  ["a page beside it", { "sec-fetch-site": "same-site" }],
  ["a page whose name was made to lead here", { host: "evil.example" }],
  ["a name with a port", { host: "evil.example:7077" }],
];

describe("a request of the web", () => {
  it.each(FOREIGN)(
    "from %s is refused over TCP, even with a token and of public routes",
    async (_n, headers) => {
      for (const call of ["GET /", "GET /v1/status", "POST /v1/reconcile"]) {
        const answer = await ask(port, call, { headers, token: TOKENS.admin });
        expect([call, answer.status, JSON.parse(answer.body).code]).toEqual([call, 403, "rejected"]);
      }
    },
  );

  it("is refused on the socket as well", async () => {
    await using local = await servePools();
    for (const [, headers] of FOREIGN) {
      const answer = await local.ask("GET", "/v1/status", { headers });
      expect([headers, answer.status, answer.json().code]).toEqual([headers, 403, "rejected"]);
    }
  });

  it("is let in by names that were allowed, and by no others", async () => {
    const server = await start(SAFE, { allowedHosts: ["warm.example"] });
    await using local = await servePools({}, () => ({ allowedHosts: ["warm.example"] }));
    for (const [host, status] of [
      ["warm.example", 200],
      ["WARM.example:7077", 200],
      ["localhost", 200],
      ["a.warm.example", 403],
      ["warm.example.evil.example", 403],
    ] as const) {
      const token = TOKENS.read;
      const over = await ask(server.port, "GET /v1/status", { headers: { host }, token });
      const on = await local.ask("GET", "/v1/status", { headers: { host } });
      expect([host, over.status, on.status]).toEqual([host, status, status]);
    }
    const headers = { host: "warm.example", origin: "https://warm.example" };
    expect((await ask(server.port, "GET /v1/status", { headers, token: TOKENS.read })).status).toBe(200);
    await server.close();
  });
});

describe("listening", () => {
  it("at a port that is taken is `in-use`", async () => {
    await expect(start({ host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "in-use",
      message: `somebody else listens at 127.0.0.1:${port}`,
    });
    expect((await ask(port, "GET /")).status).toBe(200);
  });

  it("at an address of another machine is `rejected`", async () => {
    await expect(start({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining("cannot listen at 192.0.2.1:0: "),
    });
  });
});

describe("a client over TCP", () => {
  const url = () => `http://127.0.0.1:${port}`;

  it("asks with its token", async () => {
    const client = createClient({ url: url(), token: TOKENS.lease });
    const { id, fence } = await client.lease("valheim", { holder: "a" });
    await client.release(id, fence);
    await expect(client.reconcile()).rejects.toMatchObject({ code: "rejected" });
    client.close();
    const nobody = createClient({ url: url() });
    await expect(nobody.views()).rejects.toMatchObject({
      code: "auth-failed",
      message: "a token is needed here",
      hint: expect.stringContaining("Bearer"),
    });
    nobody.close();
  });

  it("follows events", async () => {
    const client = createClient({ url: url(), token: TOKENS.read });
    const cancel = new AbortController();
    const events = client.events({ types: ["transition"], cancel: cancel.signal });
    const first = events[Symbol.asyncIterator]().next();
    const telling = (async () => {
      for (;;) {
        served.feed.tell({ type: "transition", transition: { type: "healed", at: "now", message: "well" } });
        if (await Promise.race([first.then(() => true), delay(20, false)])) return;
      }
    })();
    expect((await first).value).toMatchObject({ type: "transition", data: { message: "well" } });
    await telling;
    cancel.abort();
    client.close();
  });
});

function base64(value: string): string {
  return Buffer.from(value).toString("base64");
}
