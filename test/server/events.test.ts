import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { FeedEvent } from "../../src/daemon/feed/feed.js";
import { buildView } from "./job-builders.js";
import { type ServedPools, servePools, until } from "./served-pools.js";

const transition = (message: string): FeedEvent => ({
  type: "transition",
  transition: { type: "healed", at: "2026-03-01T12:00:00.000Z", message },
});

/** Reads events until so many have come. */
async function read(served: ServedPools, count: number, options = {}): Promise<unknown[]> {
  const cancel = new AbortController();
  const seen: unknown[] = [];
  try {
    for await (const event of served.client.events({ ...options, cancel: cancel.signal })) {
      seen.push(event);
      if (seen.length === count) break;
    }
  } finally {
    cancel.abort();
  }
  return seen;
}

describe("the stream of events", () => {
  it("tells what happens from then on, by type", async () => {
    await using served = await servePools();
    const reading = read(served, 2, { types: ["transition"] });
    await delay(50);
    served.feed.tell({ type: "job", job: buildView() });
    served.feed.tell(transition("one"));
    served.feed.tell(transition("two\nlines"));
    expect(await reading).toMatchObject([
      { type: "transition", id: 2, data: { type: "healed", message: "one" } },
      { type: "transition", id: 3, data: { message: "two\nlines" } },
    ]);
  });

  it("begins where a client left off", async () => {
    await using served = await servePools();
    for (const message of ["a", "b", "c"]) served.feed.tell(transition(message));
    expect(await read(served, 2, { after: 1 })).toMatchObject([
      { id: 2, data: { message: "b" } },
      { id: 3, data: { message: "c" } },
    ]);
  });

  it("says first that something is forgotten, to whoever comes back too late or to another watcher", async () => {
    await using served = await servePools();
    for (let index = 0; index < 2_500; index += 1) served.feed.tell(transition(String(index)));
    const [late] = await read(served, 1, { after: 3 });
    expect(late).toMatchObject({ type: "missed", data: { after: 3 } });
    const [other] = await read(served, 1, { after: 99_999 });
    expect(other).toMatchObject({ type: "missed", id: 2_500, data: { after: 99_999 } });
  });

  it("holds nothing for a client that has gone", async () => {
    await using served = await servePools({}, () => ({ maxStreams: 1 }));
    await Promise.all([read(served, 1), delay(50).then(() => served.feed.tell(transition("x")))]);
    // Its place is free again.
    await Promise.all([read(served, 1), delay(100).then(() => served.feed.tell(transition("y")))]);
  });

  it("is refused when so many are open, and ends when the server closes", async () => {
    await using served = await servePools({}, () => ({ maxStreams: 1 }));
    const reading = (async () => {
      for await (const _event of served.client.events()) break;
      return "ended";
    })();
    await delay(50);
    const refused = await served.ask("GET", "/v1/events");
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "1"]);
    await served.server.close();
    expect(await reading).toBe("ended");
  });

  it("is not opened for HEAD", async () => {
    await using served = await servePools({}, () => ({ maxStreams: 1 }));
    await served.client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    const headers = { accept: "text/event-stream" };
    for (const path of ["/v1/events", "/v1/jobs/job-1"])
      expect((await served.ask("HEAD", path, { headers })).text).toBe("");
    await until(() => served.jobs.waiting() === 0);
    await Promise.all([read(served, 1), delay(50).then(() => served.feed.tell(transition("x")))]);
  });

  it("is cut off, and not answered into, when its client sends what is no request", async () => {
    await using served = await servePools();
    const socket = connect(served.socketPath);
    socket.write("GET /v1/events HTTP/1.1\r\nHost: warm\r\n\r\n");
    const got = text(socket).catch(String);
    await once(socket, "data");
    socket.write("garbage\r\n\r\n");
    expect((await got).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("lets a client go that reads more slowly than things happen", async () => {
    await using served = await servePools();
    const sent = request({ socketPath: served.socketPath, path: "/v1/events", agent: false }).end();
    const closed = new Promise<string>((resolve) => {
      sent.once("response", (response) => {
        response.pause();
        response.once("error", () => resolve("cut off"));
        response.once("close", () => resolve("cut off"));
        const pump = setInterval(() => {
          for (let index = 0; index < 200; index += 1) served.feed.tell(transition("x".repeat(4_000)));
        }, 1);
        sent.once("close", () => clearInterval(pump));
        setTimeout(() => clearInterval(pump), 2_000);
        // What was already under way can be read, and then it ends.
        setTimeout(() => response.resume(), 1_000);
      });
    });
    expect(await closed).toBe("cut off");
  });

  it.each(["types=all", "types=", "since=3"])("with the query %s is a problem", async (query) => {
    await using served = await servePools();
    expect((await served.ask("GET", `/v1/events?${query}`)).status).toBe(400);
    expect((await served.ask("GET", "/v1/events", { headers: { "last-event-id": "-1" } })).status).toBe(400);
  });
});

describe("a job's own stream", () => {
  it("tells every change and ends with the job", async () => {
    await using served = await servePools();
    const { id } = await served.client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    const states: string[] = [];
    const following = (async () => {
      for await (const { state } of served.client.followJob(id)) states.push(state);
    })();
    await until(() => served.jobs.waiting() === 1);
    served.jobs.advance(id, { state: "generating" });
    await until(() => served.jobs.waiting() === 1);
    served.jobs.finish(id);
    await following;
    expect(states).toEqual(["queued", "generating", "done"]);
  });

  it("of no job is a problem, and not a stream", async () => {
    await using served = await servePools();
    const answer = await served.ask("GET", "/v1/jobs/nope", { headers: { accept: "text/event-stream" } });
    expect([answer.status, answer.json().code]).toEqual([404, "not-found"]);
  });
});
