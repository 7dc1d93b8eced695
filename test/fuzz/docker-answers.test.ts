import type { ServerResponse } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLock } from "../../src/apply/lock/lock-holder.js";
import { packFiles } from "../../src/docker/connection/archive.js";
import { connectHost, type Host } from "../../src/docker/connection/connect.js";
import { callHost, jsonCall } from "../../src/docker/exec/raw-call.js";
import { checkHost } from "../../src/docker/observe/check-host.js";
import { createHostMemory } from "../../src/docker/observe/host-memory.js";
import { observeHost } from "../../src/docker/observe/observe-host.js";
import { readFoundHost } from "../../src/docker/observe/read-found-host.js";
import { inspectContainer, inspectImage, inspectVolume } from "../../src/docker/observe/read-objects.js";
import { readSettings } from "../../src/docker/observe/read-settings.js";
import { WarmError } from "../../src/errors.js";
import { isOwned } from "../../src/model/labels.js";
import type { Observed } from "../../src/model/observed.js";
import { planProject } from "../../src/plan/plan-project.js";
import { formatError } from "../../src/report/format-error.js";
import { makeStyle } from "../../src/report/text/style.js";
import { type AnsweringDocker, startAnsweringDocker } from "./answering-docker.js";
import { type Answer, desired, dockerWorld } from "./docker-world.js";
import { fuzz } from "./fuzz.js";
import { hostileJson, type Json, mutatedJson } from "./mutations.js";

const LOCK_FILE = "/containers/lock-id/archive";
const PLAIN = makeStyle({ color: false });
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

let docker: AnsweringDocker;
beforeAll(async () => {
  docker = await startAnsweringDocker();
});
afterAll(() => docker.close());

/** The value that came, undefined for an error of warm's own, which people can read. Anything else is thrown on. */
async function orWarmError<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof WarmError) || error.code === "internal") throw error;
    expect(formatError(error, PLAIN)).not.toMatch(CONTROL);
    return undefined;
  }
}

/** A mutation may have made anything of an answer: what is none is taken as its body. */
function toAnswer(value: Json): Answer {
  const { status, body, date, breaksAt } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Partial<Answer>;
  return {
    status: Number.isInteger(status) && status !== undefined && status >= 200 && status < 600 ? status : 200,
    body: body === undefined ? value : body,
    // What node refuses to send.
    date: typeof date === "string" && /^[\x20-\x7e]*$/.test(date) ? date : null,
    breaksAt: typeof breaksAt === "number" ? breaksAt : null,
  };
}

async function sendAnswer(
  reply: ServerResponse,
  path: string,
  { status, body, date, breaksAt }: Answer,
): Promise<void> {
  const json = JSON.stringify(body);
  const bytes =
    path === LOCK_FILE && status === 200 ? await packFiles({ "holder.json": json }) : Buffer.from(json);
  reply.statusCode = status;
  if (date !== null) reply.setHeader("Date", date);
  reply.setHeader("Content-Length", bytes.length);
  if (breaksAt === null) return void reply.end(bytes);
  reply.write(bytes.subarray(0, Math.max(0, Math.floor(breaksAt) % (bytes.length + 1))), () =>
    reply.destroy(),
  );
}

function serve(world: Json): void {
  const answers = new Map(Object.entries((world ?? {}) as Record<string, Json>));
  docker.answerWith((path, reply) => {
    const found = answers.get(path);
    if (found === undefined) {
      reply.statusCode = 404;
      reply.end('{"message":"no such thing"}');
    } else void sendAnswer(reply, path, toAnswer(found)).catch(() => reply.destroy());
  });
}

/** Nothing of this is in a change that would touch it. */
function checkPlan(observed: Observed): void {
  const { changes } = planProject(desired, observed);
  const ours = new Set(
    [
      ...observed.containers,
      ...observed.networks,
      ...observed.volumes.map((one) => ({ ...one, id: one.createdAt })),
    ]
      .filter(({ labels }) => isOwned(labels, desired.project))
      .map(({ id }) => id),
  );
  for (const { action, precondition, kind, address } of changes) {
    if (!["delete", "replace", "update", "start"].includes(action) || kind === "image") continue;
    expect(precondition.exists && ours.has(precondition.id), `${action} ${address}`).toBe(true);
  }
}

async function readEverything(host: Host): Promise<void> {
  const settings = { desired, findCredentials: async () => undefined };
  const observed = await orWarmError(observeHost(host, settings));
  if (observed !== undefined) checkPlan(observed);
  const remembering = await orWarmError(
    observeHost(host, { ...settings, memory: createHostMemory(), isForAnyFile: true }),
  );
  if (remembering !== undefined) checkPlan(remembering);
  await orWarmError(readFoundHost(host));
  await orWarmError(checkHost(host));
  await orWarmError(inspectContainer(host.reader, "id-of-cyan-template-a"));
  await orWarmError(readSettings(host.reader, "id-of-cyan-template-a"));
  await orWarmError(inspectImage(host.reader, "sha256:id-of-img-a:1"));
  await orWarmError(inspectVolume(host.reader, "cyan-a"));
  await orWarmError(readLock(host, "demo", () => Date.parse("2026-01-01T00:05:00Z")));
}

describe("whatever a daemon answers", () => {
  it("is understood or refused in words, and never leads to a change of what is not ours", async () => {
    await fuzz({ name: "docker-answers", inputs: mutatedJson([dockerWorld]), runs: 40 }, async (world) => {
      serve(world);
      const host = await orWarmError(connectHost(docker.endpoint));
      if (host === undefined) return;
      await readEverything(host);
      host.close();
    });
  });

  it("says no to in any words is an error in words", async () => {
    const refusal = fc.record({
      status: fc.constantFrom(400, 401, 404, 409, 500, 503),
      body: fc.oneof(fc.record({ message: hostileJson }), hostileJson) as fc.Arbitrary<Json>,
    });
    await fuzz({ name: "docker-refusals", inputs: refusal, runs: 25 }, async (said) => {
      serve({
        "/version": (dockerWorld as Record<string, Json>)["/version"] ?? null,
        "/info": said,
        "/exec": said,
      });
      const host = await connectHost(docker.endpoint);
      expect(await orWarmError(checkHost(host))).toBeUndefined();
      expect(await orWarmError(callHost(host, "try", jsonCall("/exec", {})))).toBeUndefined();
      host.close();
    });
  });
});
