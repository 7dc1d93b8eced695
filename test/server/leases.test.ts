import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { GrantedLease, QueuePlace } from "../../src/pool/pools.js";
import { servePools, until } from "./served-pools.js";

const PATH = "/v1/engines/valheim/leases";

describe("a lease over HTTP", () => {
  it("is granted with 201, renewed by its fence, seen in the list, and released", async () => {
    await using served = await servePools();
    const granted = await served.ask("POST", PATH, { body: { holder: "ci-17", ttl: "60s" } });
    expect(granted.status).toBe(201);
    const lease = granted.json() as unknown as GrantedLease;
    expect(granted.headers.location).toBe(`/v1/leases/${lease.id}`);
    expect(lease).toMatchObject({ engine: "engine.valheim/1", holder: "ci-17", address: "172.18.0.3" });

    const renewed = await served.ask("PUT", `/v1/leases/${lease.id}`, {
      body: { fence: lease.fence, ttl: "2h" },
    });
    expect(renewed.status).toBe(200);
    expect(Date.parse(String(renewed.json().expiresAt)) - Date.now()).toBeGreaterThan(7_000_000);
    expect((await served.ask("GET", "/v1/leases")).json()).toMatchObject({ leases: [{ id: lease.id }] });

    const released = await served.ask("DELETE", `/v1/leases/${lease.id}?fence=${lease.fence}&outcome=dirty`);
    expect([released.status, released.text]).toEqual([204, ""]);
    expect(served.pools.outcomes.get(lease.id)).toBe("dirty");
    expect((await served.ask("GET", "/v1/leases")).json()).toEqual({ leases: [] });
  });

  it("with another fence is refused with 409, and one that has ended with 410", async () => {
    await using served = await servePools();
    const lease = await served.client.lease("valheim", { holder: "a" });
    const renew = (fence: number) => served.ask("PUT", `/v1/leases/${lease.id}`, { body: { fence } });
    expect((await renew(lease.fence + 1)).json()).toMatchObject({ status: 409, code: "stale-fence" });
    served.pools.expire(lease.id);
    expect((await renew(lease.fence)).json()).toMatchObject({ status: 410, code: "lease-ended" });
  });

  it("binds text and bytes", async () => {
    await using served = await servePools();
    const files = { "/run/a": "text", "/run/b": { base64: "AAH/" } };
    const body = { holder: "a", bind: { env: { TOKEN: "s3cr3t" }, files } };
    const { id } = (await served.ask("POST", PATH, { body })).json();
    expect(served.pools.bound.get(String(id))).toEqual({
      env: { TOKEN: "s3cr3t" },
      files: { "/run/a": "text", "/run/b": Buffer.from([0, 1, 255]) },
    });
    expect(JSON.stringify(served.logged)).not.toContain("s3cr3t");
  });

  it("with a key is the same lease for whoever asks again", async () => {
    await using served = await servePools({ size: 2 });
    const body = { holder: "a", key: "build-1" };
    const first = (await served.ask("POST", PATH, { body })).json();
    expect((await served.ask("POST", PATH, { body })).json()).toEqual(first);
  });

  it("runs commands in its engine", async () => {
    await using served = await servePools();
    const { id, fence } = await served.client.lease("valheim", { holder: "a" });
    const answer = await served.ask("POST", `/v1/leases/${id}/exec`, {
      body: { fence, command: ["echo", "a b"] },
    });
    expect(answer.json()).toEqual({ exitCode: 3, stdout: "echo a b", stderr: "" });
  });
});

describe("waiting for an engine", () => {
  it("ends with 503, when to ask again, and the place where it stood", async () => {
    await using served = await servePools();
    await served.client.lease("valheim", { holder: "a" });
    const answer = await served.ask("POST", PATH, { body: { holder: "b", wait: "30ms" } });
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toEqual({
      type: "urn:warm:no-engine",
      title: "Service Unavailable",
      status: 503,
      code: "no-engine",
      detail:
        "no engine of valheim was free in time (it stood at place 1 of the queue, about 1.0s from its turn)",
      traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("is not begun with a wait of 0, in the body or as a preference", async () => {
    await using served = await servePools();
    await served.client.lease("valheim", { holder: "a" });
    const inBody = await served.ask("POST", PATH, { body: { holder: "b", wait: "0s" } });
    const preferred = await served.ask("POST", PATH, {
      body: { holder: "b" },
      headers: { prefer: "respond-async, wait=0" },
    });
    expect([inBody.status, preferred.status]).toEqual([503, 503]);
  });

  it("is refused with 429 when too many wait already", async () => {
    await using served = await servePools({ queue: 0 });
    await served.client.lease("valheim", { holder: "a" });
    const answer = await served.ask("POST", PATH, { body: { holder: "b" } });
    expect(answer.status).toBe(429);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json()).toMatchObject({ code: "queue-full" });
  });

  it("tells its place to a client that wants to know", async () => {
    await using served = await servePools();
    const first = await served.client.lease("valheim", { holder: "a" });
    const ahead = served.client.lease("valheim", { holder: "b" });
    await until(() => served.pools.queued() === 1);
    const places: QueuePlace[] = [];
    const waiting = served.client.lease("valheim", { holder: "c", onQueued: (place) => places.push(place) });
    await until(() => places.length === 1);
    await served.client.release(first.id, first.fence);
    await served.client.release((await ahead).id, undefined);
    expect((await waiting).source).toBe("queued");
    expect(places).toEqual([
      { position: 2, estimateMs: 2000 },
      { position: 1, estimateMs: 1000 },
    ]);
  });

  it("ends when the client goes away: its place is free again", async () => {
    await using served = await servePools();
    const held = await served.client.lease("valheim", { holder: "a" });
    const gone = new AbortController();
    const leaving = served.ask("POST", PATH, { body: { holder: "b" }, signal: gone.signal });
    await until(() => served.pools.queued() === 1);
    gone.abort();
    await expect(leaving).rejects.toThrow();
    await until(() => served.pools.queued() === 0);
    await served.client.release(held.id, held.fence);
    expect((await served.client.lease("valheim", { holder: "c", waitMs: 0 })).holder).toBe("c");
  });
});

describe("a lease whose reply reached nobody", () => {
  const leaveLate = async (body: object) => {
    // The engine is granted already, and being made ready, when the client goes.
    const served = await servePools({}, (pools) => ({
      pools: { ...pools, lease: (pool, request) => pools.lease(pool, { ...request, cancel: undefined }) },
    }));
    const held = await served.client.lease("valheim", { holder: "a" });
    const gone = new AbortController();
    const leaving = served.ask("POST", PATH, { body, signal: gone.signal });
    await until(() => served.pools.queued() === 1);
    gone.abort();
    await expect(leaving).rejects.toThrow();
    await delay(30);
    await served.pools.release(held.id, held.fence);
    return served;
  };

  it("goes back", async () => {
    await using served = await leaveLate({ holder: "b" });
    await until(() => served.pools.leases().length === 0);
    expect([...served.pools.outcomes.values()]).toEqual(["clean", "clean"]);
  });

  it("is kept for the key that it was asked with", async () => {
    await using served = await leaveLate({ holder: "b", key: "k" });
    await delay(50);
    const [kept] = served.pools.leases();
    expect((await served.client.lease("valheim", { holder: "b", key: "k" })).id).toBe(kept?.id);
  });
});

describe("64 clients", () => {
  it("share 4 engines, never two of them one, and all are served", async () => {
    await using served = await servePools({ size: 4, queue: 64 });
    const holders = new Map<string, string>();
    let count = 0;
    await Promise.all(
      Array.from({ length: 64 }, async (_, client) => {
        for (let round = 0; round < 8; round += 1) {
          const lease = await served.client.lease("valheim", { holder: `${client}` });
          expect(holders.get(lease.engine)).toBeUndefined();
          holders.set(lease.engine, lease.id);
          await delay(1);
          holders.delete(lease.engine);
          await served.client.release(lease.id, lease.fence);
          count += 1;
        }
      }),
    );
    expect(count).toBe(64 * 8);
    expect([served.pools.queued(), served.pools.leases()]).toEqual([0, []]);
  });
});
