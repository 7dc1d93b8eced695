import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load-config.js";
import { STARTER_FILE } from "../../src/config/starter-file.js";
import { sha256 } from "../../src/model/canonical.js";
import { problemsOf } from "./read-problems.js";

const exampleFile = (name: string) => new URL(`../../examples/${name}/warm.yaml`, import.meta.url).pathname;
const parse = (text: string) => parseConfig({ text, file: "warm.yaml", directory: "/srv/project", env: {} });

const MINIMAL = `version: 1
project: demo
templates:
  my-web:
    image: nginx
    blob: acme/blob@sha256:${"a".repeat(64)}
`;

describe("the examples are valid", () => {
  test("the full file", async () => {
    const { config, desired, notes } = await loadConfig({
      path: exampleFile("cyanprint"),
      cwd: "/",
      env: {},
    });
    expect(config).toMatchObject({ project: "cyanprint", prefix: "cyan", intervalMs: 30_000 });
    expect(config.sessions).toMatchObject([{ id: "pr-1287", ttlMs: 4 * 3_600_000 }]);
    expect(config.engines).toMatchObject([
      { id: "valheim", policy: { size: { min: 3, max: 3, spare: 0 }, ttlMs: 7_200_000, maxJobs: 10 } },
    ]);
    expect(desired.resources.map(({ address }) => address)).toMatchInlineSnapshot(`
      [
        "network.cyanprint",
        "image.127.0.0.1:5000/acme/plugin:2",
        "image.127.0.0.1:5000/acme/processor:3",
        "image.127.0.0.1:5000/acme/ts-template-blob:1.4.0",
        "image.127.0.0.1:5000/acme/ts-template:1.4.0",
        "image.vwe-bepinex-gen1:latest",
        "volume.cyan-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11",
        "container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11",
        "volume.cyan-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11-pr-1287",
      ]
    `);
    expect(desired.pools).toMatchObject([{ id: "valheim", image: "image.vwe-bepinex-gen1:latest" }]);
    expect(notes).toEqual([]);
  });

  test("the minimal one", async () => {
    const { desired, notes } = await loadConfig({ path: exampleFile("minimal"), cwd: "/", env: {} });
    expect(desired.resources).toHaveLength(5);
    expect(notes).toEqual([]);
  });

  test("the one with a pool of engines", async () => {
    const { desired, notes } = await loadConfig({ path: exampleFile("engines"), cwd: "/", env: {} });
    expect(desired.resources.map(({ address }) => address)).toEqual([
      "network.renderers",
      "image.127.0.0.1:5000/acme/renderer:2",
    ]);
    expect(
      desired.pools.map(({ id, policy }) => [id, policy.size.min, policy.schedule[0]?.size.min]),
    ).toEqual([["renderer", 2, 4]]);
    expect(notes).toEqual([]);
  });

  test("what `warm init` writes, also with its commented settings", async () => {
    expect(await problemsOf(STARTER_FILE)).toEqual([]);
    // A setting that is commented out stands as `# name:` or, below it, `#   name:`.
    const uncommented = STARTER_FILE.replaceAll(/^( *)# (?=(?: {2})*(?:[a-z]\w+|[A-Z_]+):( |$))/gm, "$1");
    expect(uncommented).toContain("\n    env:\n      LOG_LEVEL: info\n");
    expect(uncommented).toContain("\npull:\n  concurrency: 4\n");
    expect(await problemsOf(uncommented, { CI_TOKEN: "x" })).toEqual([]);
  });
});

describe("a file is compiled to what it asks of the host", () => {
  test("with every default", async () => {
    const { desired } = await parse(MINIMAL);
    expect(desired).toMatchInlineSnapshot(`
      {
        "data": {
          "dir": "/srv/project/data",
          "maxBytes": undefined,
        },
        "pools": [],
        "prefix": "cyan",
        "project": "demo",
        "prune": "safe",
        "pull": {
          "concurrency": 4,
          "idleTimeoutMs": 120000,
          "policy": "missing",
          "retries": 3,
        },
        "resources": [
          {
            "address": "network.cyanprint",
            "dependsOn": [],
            "driver": "bridge",
            "kind": "network",
            "lines": {},
            "name": "cyanprint",
          },
          {
            "address": "image.acme/blob@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "dependsOn": [],
            "kind": "image",
            "lines": {
              "": 6,
            },
            "lookup": "acme/blob@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "name": "acme/blob@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          },
          {
            "address": "image.nginx:latest",
            "dependsOn": [],
            "kind": "image",
            "lines": {
              "": 5,
            },
            "lookup": "nginx:latest",
            "name": "nginx:latest",
          },
          {
            "address": "volume.cyan-myweb",
            "blob": "image.acme/blob@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "dependsOn": [
              "image.acme/blob@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ],
            "kind": "volume",
            "lines": {
              "": 4,
              "blob": 6,
            },
            "mount": "/workspace/cyanprint",
            "name": "cyan-myweb",
            "role": "template",
            "seeder": "cyan-volume-myweb",
            "tid": "myweb",
          },
          {
            "address": "container.cyan-template-myweb",
            "dependsOn": [
              "network.cyanprint",
              "image.nginx:latest",
              "volume.cyan-myweb",
            ],
            "env": {},
            "health": {
              "intervalMs": 1000,
              "path": "/",
              "timeoutMs": 60000,
              "type": "http",
            },
            "image": "image.nginx:latest",
            "kind": "container",
            "limits": {},
            "lines": {
              "": 4,
              "image": 5,
            },
            "mount": "/workspace/cyanprint",
            "name": "cyan-template-myweb",
            "network": "network.cyanprint",
            "port": 5550,
            "tid": "myweb",
            "volume": "volume.cyan-myweb",
          },
        ],
      }
    `);
  });

  test("with every setting of a template and its line", async () => {
    const text = `${MINIMAL}    port: 80
    mount: /data
    health: { exec: [test, -e, /ready], interval: 500ms, timeout: 1m30s }
    env:
      B: 2
      A: on
      C: 1.5
      D: false
    resources:
      memory: 1.5GiB
      cpus: 0.25
      pids: 64
network: net
`;
    const container = (await parse(text)).desired.resources.find(({ kind }) => kind === "container");
    expect(container).toMatchInlineSnapshot(`
      {
        "address": "container.cyan-template-myweb",
        "dependsOn": [
          "network.net",
          "image.nginx:latest",
          "volume.cyan-myweb",
        ],
        "env": {
          "A": "on",
          "B": "2",
          "C": "1.5",
          "D": "false",
        },
        "health": {
          "command": [
            "test",
            "-e",
            "/ready",
          ],
          "intervalMs": 500,
          "timeoutMs": 90000,
          "type": "exec",
        },
        "image": "image.nginx:latest",
        "kind": "container",
        "limits": {
          "cpus": 0.25,
          "memoryBytes": 1610612736,
          "pids": 64,
        },
        "lines": {
          "": 4,
          "env": 10,
          "env.A": 12,
          "env.B": 11,
          "env.C": 13,
          "env.D": 14,
          "health": 9,
          "health.exec": 9,
          "health.interval": 9,
          "health.timeout": 9,
          "image": 5,
          "mount": 8,
          "network": 19,
          "port": 7,
          "resources": 15,
          "resources.cpus": 17,
          "resources.memory": 16,
          "resources.pids": 18,
        },
        "mount": "/data",
        "name": "cyan-template-myweb",
        "network": "network.net",
        "port": 80,
        "tid": "myweb",
        "volume": "volume.cyan-myweb",
      }
    `);
  });

  test.each([
    ["{ tcp: true }", { type: "tcp", intervalMs: 1_000, timeoutMs: 60_000 }],
    ["{ healthcheck: true, timeout: 2m }", { type: "healthcheck", intervalMs: 1_000, timeoutMs: 120_000 }],
    ["{ interval: 250ms }", { type: "http", path: "/", intervalMs: 250, timeoutMs: 60_000 }],
    [
      "{ path: /healthz?deep=1 }",
      { type: "http", path: "/healthz?deep=1", intervalMs: 1_000, timeoutMs: 60_000 },
    ],
  ])("health %s", async (health, expected) => {
    const { config } = await parse(`${MINIMAL}    health: ${health}\n`);
    expect(config.templates[0]?.health).toEqual(expected);
  });

  test("an image that two templates name in two ways is one resource, with the line of its first mention", async () => {
    const text = `version: 1
project: demo
templates:
  b: { image: "docker.io/library/nginx:latest", blob: acme/blob }
  a: { image: nginx, blob: index.docker.io/acme/blob:latest }
`;
    const images = (await parse(text)).desired.resources.filter(({ kind }) => kind === "image");
    expect(images.map(({ name, lines }) => [name, lines[""]])).toEqual([
      ["acme/blob:latest", 4],
      ["nginx:latest", 4],
    ]);
  });

  test("no template, no more than the network", async () => {
    const { desired } = await parse("version: 1\nproject: demo\n");
    expect(desired.resources.map(({ address }) => address)).toEqual(["network.cyanprint"]);
  });

  test("ids and keys are taken as they are written", async () => {
    const text =
      'version: 1\nproject: "010"\ntemplates:\n  0123: { image: a, blob: b }\n  1.10: { image: a, blob: b }\n';
    expect((await parse(text)).config.templates.map(({ id }) => id)).toEqual(["0123", "1.10"]);
  });

  test("aliases are expanded", async () => {
    const text = `version: 1
project: demo
templates:
  a: { image: nginx, blob: b, resources: &small { memory: 64MiB } }
  b: { image: nginx, blob: b, resources: *small }
`;
    const { config } = await parse(text);
    expect(config.templates.map(({ limits }) => limits)).toEqual([
      { memoryBytes: 2 ** 26 },
      { memoryBytes: 2 ** 26 },
    ]);
  });
});

describe("a loaded file says where it came from", () => {
  test("its text, the sha256 of the text, and the folder that its paths start from", async () => {
    const path = exampleFile("cyanprint");
    const text = readFileSync(path, "utf8");
    const loaded = await loadConfig({
      path: "cyanprint/warm.yaml",
      cwd: new URL("../../examples", import.meta.url).pathname,
      env: {},
    });
    expect(loaded).toMatchObject({ path: "cyanprint/warm.yaml", text, sha256: sha256(text) });
    expect(loaded.directory).toBe(path.slice(0, path.lastIndexOf("/")));
    expect(loaded.config.data.dir).toBe(`${loaded.directory}/data`);
    const again = await parseConfig({ text, file: "warm.yaml", directory: loaded.directory, env: {} });
    expect(again.desired).toEqual(loaded.desired);
  });
});

describe("oddities are noted", () => {
  test.each([
    ["API_KEY: abc", /^templates\.my-web\.env\.API_KEY: looks like a secret/],
    ["DB_PASSWORD: abc", /looks like a secret/],
    ["TOKEN: $CI_TOKEN", /is not expanded; \{ fromEnv: CI_TOKEN \}/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is looked for
    ["HOST: '${HOSTNAME}'", /is not expanded/],
  ])("%s", async (line, expected) => {
    const { notes } = await parse(`${MINIMAL}    env:\n      ${line}\n`);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(expected);
    expect(notes[0]).not.toContain("abc");
  });

  test("a template whose container nobody can look up", async () => {
    const id = "x".repeat(50);
    const { notes } = await parse(MINIMAL.replace("my-web", id));
    expect(notes).toEqual([
      `templates.${id}: no container can look up cyan-template-${id}, which has more than 63 characters`,
    ]);
  });

  test("a pool whose engines nobody can look up", async () => {
    const id = "x".repeat(49);
    const text = `version: 1\nproject: demo\nengines:\n  ${id}: { image: a, ready: { log: up }, size: 10 }\n`;
    expect((await parse(text)).notes).toEqual([
      `engines.${id}: no container can look up cyan-engine-${id}-10, which has more than 63 characters`,
    ]);
    expect((await parse(text.replace("size: 10", "size: 9"))).notes).toEqual([]);
  });

  test.each(["TOKEN: ''", "LOG_LEVEL: info", "PRICE: $5"])("not %s", async (line) => {
    expect((await parse(`${MINIMAL}    env:\n      ${line}\n`)).notes).toEqual([]);
  });
});
