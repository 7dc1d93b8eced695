import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../rig/fault-proxy.js";
import type { FaultAction } from "../rig/fault-rule.js";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import { type Registry, startRegistry } from "../rig/registry.js";
import type { WarmResult } from "../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { isStep, through } from "./proxied-apply.js";
import { projectYaml } from "./template-project.js";

interface Failure {
  /** Says what is wrong with the pull, and is its repository. */
  readonly name: string;
  /** What becomes of the pull; a real one that fails by itself without this. */
  readonly action?: FaultAction;
  /** The error's code and what its message says. */
  readonly told: readonly [code: string, message: RegExp];
  /** With one retry allowed. */
  readonly tries: 1 | 2;
}

const lines = (...lines: readonly (object | string)[]): FaultAction => {
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  return { kind: "answer", status: 200, body: texts.join("\n") };
};
const status = { status: "Pulling from a/b", id: "1" };
const error = (message: string) => ({ errorDetail: { message }, error: message });
const refusal = (status: number, message: string): FaultAction => ({
  kind: "answer",
  status,
  body: { message },
});

const failures: readonly Failure[] = [
  {
    name: "error-line",
    action: lines(status, error("layer verification failed"), status, ""),
    told: ["pull-failed", /layer verification failed/],
    tries: 2,
  },
  {
    name: "error-in-the-last-line",
    action: lines(status, error("unexpected EOF")),
    told: ["pull-failed", /unexpected EOF/],
    tries: 2,
  },
  {
    name: "no-json",
    action: lines(status, "<html>bad gateway</html>"),
    told: ["pull-failed", /<html>bad gateway/],
    tries: 2,
  },
  {
    name: "ends-early",
    action: lines(status, ""),
    told: ["pull-failed", /the image is not there/],
    tries: 2,
  },
  {
    name: "rate-limit-line",
    action: lines(error("toomanyrequests: slow down")),
    told: ["rate-limited", /slow down/],
    tries: 2,
  },
  {
    name: "rate-limit-status",
    action: refusal(429, "toomanyrequests: slow down"),
    told: ["rate-limited", /slow down/],
    tries: 2,
  },
  {
    name: "no-space",
    action: lines(error("write /x: no space left on device")),
    told: ["disk-full", /no space left/],
    tries: 1,
  },
  {
    name: "daemon-error",
    action: refusal(500, "something broke"),
    told: ["docker-failed", /something broke/],
    tries: 2,
  },
  { name: "cut", action: { kind: "cut", afterBytes: 20 }, told: ["pull-failed", /broke off/], tries: 2 },
  {
    name: "silent",
    action: { kind: "stall", afterBytes: 20 },
    told: ["pull-stalled", /no byte for 2 s/],
    tries: 2,
  },
  {
    name: "silent-from-the-start",
    action: { kind: "delay", ms: 10_000 },
    told: ["pull-stalled", /no byte for 2 s/],
    tries: 2,
  },
  { name: "unknown-tag", told: ["image-not-found", /manifest unknown/], tries: 1 },
  { name: "unreachable", told: ["registry-unreachable", /connection refused/], tries: 2 },
  { name: "list-of-another-platform", told: ["platform-mismatch", /no matching manifest/], tries: 1 },
  {
    name: "image-of-another-platform",
    told: ["platform-mismatch", /is built for linux\/\w+, this host is linux\/\w+/],
    tries: 1,
  },
  { name: "not-logged-in", told: ["auth-failed", /no basic auth credentials|unauthorized/], tries: 1 },
  { name: "wrong-password", told: ["auth-failed", /unauthorized/], tries: 1 },
];

describe("a pull that fails", () => {
  let sandbox: Sandbox;
  let proxy: FaultProxy;
  let locked: Registry[];
  let result: WarmResult;
  const wrongPassword = "wrong-s3cret-Passw0rd";
  const auth = Buffer.from(`rig:${wrongPassword}`).toString("base64");

  beforeAll(async () => {
    sandbox = await createSandbox();
    locked = await Promise.all([1, 2].map(() => startRegistry({ withLogin: true })));
    const [open, { host: silent }, { host: lockedHost }] = [sandbox.registry, ...locked] as [
      Registry,
      Registry,
      Registry,
    ];
    const hosts: Record<string, string> = {
      "unreachable": "127.0.0.1:1",
      "not-logged-in": silent,
      "wrong-password": lockedHost,
    };
    const image = (name: string) => `${hosts[name] ?? open.host}/${sandbox.id}/${name}:1`;
    await pushAll(sandbox);
    const blob = image("never-asked-for");
    const templates = failures.map(({ name }) => [sandbox.templateId(name), { image: image(name), blob }]);
    const pull = `pull: { retries: 1, idleTimeout: 2s, concurrency: ${failures.length} }`;
    sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates), [pull]));
    writeFileSync(join(sandbox.dir, "config.json"), JSON.stringify({ auths: { [lockedHost]: { auth } } }));
    proxy = await startFaultProxy(sandbox.socketPath);
    for (const { name, action } of failures) {
      if (action) proxy.fault({ match: isStep(pulling(name)), action });
    }
    const targets = failures.flatMap(({ name }) => ["--target", `image.${image(name)}`]);
    const { env } = through(proxy);
    result = await sandbox.warm(["apply", "--auto-approve", ...targets], {
      env: { ...env, DOCKER_CONFIG: sandbox.dir },
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([sandbox.dispose(), ...locked.map((registry) => registry.stop())]);
  });

  it("makes apply exit 6, with every failure told once", () => {
    expect(result.code, result.stderr).toBe(6);
    expect(result.stdout).toContain(`Applied: 0 done, ${failures.length} failed.`);
    expect(result.stderr.match(/: failed: /g)).toHaveLength(failures.length);
  });

  it.each(failures)(
    "of the kind $name is told as such, with $tries tries",
    ({ name, told: [code, message], tries }) => {
      const line = result.stderr.split("\n").find((line) => line.includes(`/${name}:1: failed: `)) ?? "";
      expect(line).toMatch(message);
      expect(line).toMatch(new RegExp(`\\(${code}\\)$`));
      expect(proxy.calls.filter(isStep(pulling(name)))).toHaveLength(tries);
    },
  );

  it("tells no password", () => {
    const output = result.stdout + result.stderr;
    expect(output).not.toContain(wrongPassword);
    expect(output).not.toContain(auth);
  });
});

const pulling = (name: string) => ({ method: "POST", path: /\/images\/create$/, query: `${name}&` });

/** What the pulls that fail by themselves or in the middle find in the registry. */
async function pushAll({ registry, id }: Sandbox): Promise<void> {
  const image = await buildImage("neverHealthy", { salt: id });
  const foreign = await buildImage("wrongPlatform", { salt: id });
  const path = (name: string) => `${id}/${name}:1`;
  for (const name of ["cut", "silent", "silent-from-the-start"]) await pushImage(registry, path(name), image);
  await pushImage(registry, path("list-of-another-platform"), [foreign]);
  await pushImage(registry, path("image-of-another-platform"), foreign);
}
