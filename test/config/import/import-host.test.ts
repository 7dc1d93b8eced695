import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { importHost } from "../../../src/config/import/import-host.js";
import type { ImportSettings } from "../../../src/config/import/import-settings.js";
import type { FoundHost } from "../../../src/model/found-host.js";
import { LABEL } from "../../../src/model/labels.js";
import type { Observed } from "../../../src/model/observed.js";
import { buildDesired, buildWarm } from "../../plan/builders.js";
import { anEngine, poolOf } from "../../plan/engine-builders.js";
import {
  buildFound,
  buildImage,
  buildSettings,
  byCyanprint,
  CYANPRINT,
  foundOf,
  uncomment,
  volumeOf,
} from "./found-hosts.js";

const TID = "0f8c1b9e6c1f4f57a8a02f3c6f2f9b11";
const ID = "0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11";
const SETTINGS: ImportSettings = { project: undefined, prefix: undefined, from: "all" };

async function importFrom(found: FoundHost, settings: Partial<ImportSettings> = {}) {
  const { text, summary } = await importHost(found, { ...SETTINGS, ...settings });
  return { text, summary, file: parse(text) };
}

/** A template of cyanprint's, with these blob images on the host. */
const templateWith = (blobs: readonly (readonly string[])[], image = "reg.io/acme/ts-template:1.4.0") => {
  const container = byCyanprint(`cyan-template-${TID}`);
  return buildFound({
    containers: [container],
    settings: new Map([[container.id, buildSettings({ image })]]),
    images: blobs.map((references) => buildImage(references, { labels: CYANPRINT })),
  });
};

const inProject = (project: string, observed: Observed): Observed =>
  JSON.parse(JSON.stringify(observed).replaceAll('"warm.project":"demo"', `"warm.project":"${project}"`));

describe("the blob of a template that cyanprint has made", () => {
  it("is the one blob image with its name and tag, and told to be a guess", async () => {
    const blobs = [
      "reg.io/acme/ts-template-blob:1.4.0",
      "reg.io/acme/ts-template-blob:1.3.0",
      "reg.io/acme/go-blob:1.4.0",
    ];
    const { file, text, summary } = await importFrom(templateWith(blobs.map((one) => [one])));
    expect(file.templates[ID]).toEqual({ image: "reg.io/acme/ts-template:1.4.0", blob: blobs[0] });
    expect(text).toContain("# a guess by its name: please check");
    expect(summary.toComplete).toEqual([
      { what: `templates.${ID}`, why: "`blob` is a guess by its name: reg.io/acme/ts-template-blob:1.4.0" },
    ]);
  });

  it("is not known where several fit, or none does: then the template is a comment", async () => {
    const several = await importFrom(
      templateWith([["reg.io/acme/ts-blob:1"], ["reg.io/acme/ts-template-blob:2"]]),
    );
    expect(several.file.templates).toBeUndefined();
    expect(several.summary).toMatchObject({
      templates: 0,
      toComplete: [
        {
          why: "which image filled its volume: perhaps one of reg.io/acme/ts-blob:1, reg.io/acme/ts-template-blob:2",
        },
      ],
    });
    const none = await importFrom(templateWith([]));
    expect(none.summary.toComplete[0]?.why).toBe(
      "which image filled its volume: this host has no blob image",
    );
    expect(none.text).toContain("#     blob: ???");
  });

  it("is all that has to be written in the comment, which is the whole template", async () => {
    const found = templateWith([]);
    const [container] = found.containers;
    const env = { LONG: "it's ".repeat(200), LINES: "a\n# b", NEXT: "- x" };
    const settings = new Map([[container?.id ?? "", buildSettings({ image: "t:1", env })]]);
    const theirs = { ...found, volumes: [volumeOf(`cyan-${TID}-s`)], settings };
    const { file, text } = await importFrom(theirs);
    expect(file).toEqual({ version: 1, project: "cyanprint" });
    const completed = parse(uncomment(text));
    expect(completed.templates).toEqual({ [ID]: { image: "t:1", blob: "???", env } });
    expect(completed.sessions).toEqual({ s: { template: ID } });
  });

  it("is known by its command, whatever it is called", async () => {
    const found = templateWith([]);
    const command = ["tar", "-xzf", "/cyanprint/artifact/cyan.tar.gz"];
    const image = buildImage(["reg.io/acme/ts:1.4.0"], { labels: CYANPRINT, command });
    const { file } = await importFrom({ ...found, images: [image] });
    expect(file.templates[ID].blob).toBe("reg.io/acme/ts:1.4.0");
  });
});

describe("an image", () => {
  it("that its tag no longer names is told of", async () => {
    const container = byCyanprint(`cyan-template-${TID}`, { imageId: "sha256:old" });
    const found = buildFound({
      containers: [container, byCyanprint(`cyan-volume-${TID}`, { imageId: "sha256:b" })],
      images: [buildImage(["t:1"], { id: "sha256:new" }), buildImage(["b:1"], { id: "sha256:b" })],
      settings: new Map([
        [container.id, buildSettings({ image: "t:1" })],
        [`id-of-cyan-volume-${TID}`, buildSettings({ image: "b:1" })],
      ]),
    });
    expect((await importFrom(found)).text).toContain(
      "image: t:1 # the container runs an older image than this tag names now",
    );
  });

  it("that was named by its ID has the name that the image list knows, or none", async () => {
    const imageId = `sha256:${"ab".repeat(32)}`;
    const container = byCyanprint(`cyan-template-${TID}`, { imageId });
    const seeder = byCyanprint(`cyan-volume-${TID}`, { imageId: "sha256:b" });
    const found = (references: readonly string[]) =>
      buildFound({
        containers: [container, seeder],
        images: [buildImage(references, { id: imageId })],
        settings: new Map([
          [container.id, buildSettings({ image: "abababababab" })],
          [seeder.id, buildSettings({ image: "b:1" })],
        ]),
      });
    expect((await importFrom(found(["t:1", "t@sha256:1"]))).file.templates[ID].image).toBe("t:1");
    const nameless = await importFrom(found([]));
    expect(nameless.summary.toComplete).toEqual([
      { what: `templates.${ID}`, why: "its image: what its container was made from has no name here" },
    ]);
  });
});

describe("sessions", () => {
  it("are of the template whose id stands before theirs; the same one of two templates is left out once", async () => {
    const { file, summary } = await importFrom({
      ...templateWith([["reg.io/acme/ts-blob:1.4.0"]]),
      volumes: [
        volumeOf(`cyan-${TID}-s-1`),
        volumeOf("cyan-other-s-1"),
        volumeOf(`cyan-${TID}-${"x".repeat(70)}`),
      ],
    });
    expect(file.sessions).toEqual({ "s-1": { template: ID } });
    expect(summary.leftOut.map(({ why }) => why)).toEqual([
      "its name has no id that a file can have",
      "a session s-1 is there already, of another template",
    ]);
  });
});

describe("secrets", () => {
  const withEnv = (envs: readonly Readonly<Record<string, string>>[]) => {
    const containers = envs.map((_env, index) => byCyanprint(`cyan-template-t${index}`));
    const seeders = envs.map((_env, index) => byCyanprint(`cyan-volume-t${index}`));
    return buildFound({
      containers: [...containers, ...seeders],
      settings: new Map([
        ...containers.map(({ id }, index) => [id, buildSettings({ env: envs[index] ?? {} })] as const),
        ...seeders.map(({ id }) => [id, buildSettings({ image: "b:1" })] as const),
      ]),
    });
  };

  it.each([
    ["API_TOKEN", "x"],
    ["DB_PASS", "x"],
    ["MY_SECRET_THING", "x"],
    ["SSH_KEY", "x"],
    ["apikey", "x"],
    ["DATABASE_URL", "postgres://user:pa55@db/x"],
    ["PLAIN", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
    ["PLAIN", `ghp_${"a".repeat(36)}`],
    ["PLAIN", "Bearer abcdefghijklmnop"],
    ["PLAIN", `eyJ${"a".repeat(20)}.${"b".repeat(20)}.c`],
  ])("%s=%s is not written", async (name, value) => {
    const { file, summary, text } = await importFrom(withEnv([{ [name]: value }]));
    expect(file.templates.t0.env).toEqual({ [name]: { fromEnv: name } });
    expect(summary.secrets).toEqual([name]);
    if (value !== "x") expect(text).not.toContain(value);
  });

  it.each([
    ["KEYBOARD", "de"],
    ["AUTHOR", "me"],
    ["URL", "http://host:80/a@b"],
    ["PASSENGERS", "4"],
    ["GIT_SHA", "a".repeat(40)],
  ])("%s=%s is written", async (name, value) => {
    expect((await importFrom(withEnv([{ [name]: value }]))).file.templates.t0.env).toEqual({ [name]: value });
  });

  it("of one name have one variable where they are equal, and each its own where they are not", async () => {
    const same = await importFrom(withEnv([{ TOKEN: "a" }, { TOKEN: "a" }]));
    expect(same.summary.secrets).toEqual(["TOKEN"]);
    const different = await importFrom(withEnv([{ TOKEN: "a" }, { TOKEN: "b", T1_TOKEN: "c" }]));
    expect(different.summary.secrets).toEqual(["T0_TOKEN", "T1_TOKEN", "T1_TOKEN_2"]);
    expect(different.file.templates.t1.env).toEqual({
      T1_TOKEN: { fromEnv: "T1_TOKEN" },
      TOKEN: { fromEnv: "T1_TOKEN_2" },
    });
  });

  it("of a template and a pool of one id are two where their values differ", async () => {
    const pool = poolOf(1, { id: "t", env: { TOKEN: "of the pool" }, limits: {} });
    const theirs = templateWith([["reg.io/acme/ts-blob:1.4.0"]]);
    const warm = foundOf(buildWarm(buildDesired({ templates: {}, pools: [pool] })));
    const container = byCyanprint("cyan-template-t");
    const { file } = await importFrom({
      ...warm,
      images: theirs.images,
      containers: [...warm.containers, container],
      settings: new Map([
        ...warm.settings,
        [container.id, buildSettings({ image: "reg.io/acme/ts:1.4.0", env: { TOKEN: "of the template" } })],
      ]),
    });
    expect([file.templates.t.env, file.engines.t.env]).toEqual([
      { TOKEN: { fromEnv: "T_TOKEN_2" } },
      { TOKEN: { fromEnv: "T_TOKEN" } },
    ]);
  });

  it("a variable that no file can have, or no program, is left out and told of", async () => {
    const { file, summary } = await importFrom(
      withEnv([{ "a b": "1", "HUGE": "x".repeat(2 ** 20), "OK": "1" }]),
    );
    expect(file.templates.t0.env).toEqual({ OK: "1" });
    expect(summary.leftOut).toEqual([
      {
        what: "templates.t0: variable HUGE",
        why: "longer than the 128 KiB with which Linux starts a program",
      },
      { what: "templates.t0: variable a b", why: "not a name that a file can have" },
    ]);
  });

  it("more than fits into a file that warm reads is refused", async () => {
    const found = withEnv(Array.from({ length: 9 }, () => ({ LONG: "x".repeat(131_000) })));
    await expect(importFrom(found)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("too much for one file"),
    });
  });
});

describe("the project", () => {
  const shop = inProject("shop", buildWarm(buildDesired({ templates: { a: {} } })));
  const blog = inProject(
    "blog",
    buildWarm(buildDesired({ prefix: "blog", network: "blognet", templates: { b: {} } })),
  );
  const both = foundOf({
    ...shop,
    networks: [...shop.networks, ...blog.networks],
    volumes: [...shop.volumes, ...blog.volumes],
    containers: [...shop.containers, ...blog.containers],
    images: [...shop.images, ...blog.images],
  });

  it("has to be named where warm has objects of several, and the others are told of", async () => {
    await expect(importFrom(both)).rejects.toMatchObject({
      code: "usage",
      message: "warm has objects of 2 projects here: blog, shop",
    });
    const { file, summary } = await importFrom(both, { project: "blog" });
    expect(file).toMatchObject({ project: "blog", prefix: "blog", network: "blognet", templates: { b: {} } });
    expect(summary.leftOut).toEqual([
      { what: "the warm project shop", why: "a file is for one project; `--project shop` writes its file" },
    ]);
    await expect(importFrom(both, { project: "no such name" })).rejects.toMatchObject({ code: "usage" });
  });

  it("under a new name takes over what the only one has, which is said", async () => {
    const { file, summary } = await importFrom(foundOf(shop), { project: "store" });
    expect(file).toMatchObject({ project: "store", templates: { a: {} } });
    expect(summary.takeovers.map(({ address }) => address)).toEqual([
      "network.net",
      "volume.cyan-a",
      "container.cyan-template-a",
    ]);
  });

  it("of a host with nothing is a file without templates", async () => {
    const { file, summary } = await importFrom(buildFound());
    expect(file).toEqual({ version: 1, project: "cyanprint" });
    expect(summary).toMatchObject({ templates: 0, sessions: 0, pools: 0, takeovers: [] });
  });

  it("takes only what is asked for: cyanprint's or warm's", async () => {
    const found = foundOf(shop);
    const theirs = byCyanprint("cyan-template-x");
    const mixed: FoundHost = {
      ...found,
      containers: [...found.containers, theirs, byCyanprint("cyan-volume-x")],
      settings: new Map([
        ...found.settings,
        [theirs.id, buildSettings()],
        ["id-of-cyan-volume-x", buildSettings({ image: "b:1" })],
      ]),
    };
    const namesOf = async (from: ImportSettings["from"]) =>
      Object.keys((await importFrom(mixed, { from })).file.templates);
    expect(await namesOf("all")).toEqual(["a", "x"]);
    expect(await namesOf("warm")).toEqual(["a"]);
    expect(await namesOf("cyanprint")).toEqual(["x"]);
  });

  it("is not deleted by a file that lacks a part of it: `prune: none` stands in it", async () => {
    const { file, summary } = await importFrom(foundOf({ ...shop, volumes: [] }));
    expect(file).toMatchObject({ prune: "none" });
    expect(file.templates).toBeUndefined();
    expect(summary.toComplete[0]).toMatchObject({ what: "templates.a" });
  });

  it("has a template whose label nobody of us has written as a comment with the reason", async () => {
    const [container] = shop.containers;
    const spec = JSON.parse(container?.labels[LABEL.spec] ?? "{}");
    const labels = {
      ...container?.labels,
      [LABEL.spec]: JSON.stringify({ ...spec, image: "NO IMAGE\n# x" }),
    };
    const { file, summary, text } = await importFrom(
      foundOf({ ...shop, containers: container === undefined ? [] : [{ ...container, labels }] }),
    );
    expect(file.templates).toBeUndefined();
    expect(summary.toComplete[0]?.why).toMatch(/^templates\.a\.image: /);
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      "version: 1",
      "project: shop",
      "network: net",
      expect.stringMatching(/^prune: none # /),
    ]);
  });
});

describe("a pool", () => {
  const hostWith = (
    settings: Parameters<typeof buildSettings>[0],
    parts: Parameters<typeof poolOf>[1] = {},
  ) => {
    const pool = poolOf(2, { limits: { memoryBytes: 4 * 2 ** 30, pids: 1024 }, ...parts });
    const found = foundOf(buildWarm(buildDesired({ templates: {}, pools: [pool] })));
    const limits = { memoryBytes: 4 * 2 ** 30, cpus: 0, pids: 1024 };
    return {
      ...found,
      settings: new Map([...found.settings.keys()].map((id) => [id, buildSettings({ limits, ...settings })])),
    };
  };

  it("that says nothing of its readiness has a stand-in that no engine meets, and it is told", async () => {
    const { file, summary } = await importFrom(hostWith({}));
    expect(file.engines.p).toEqual({
      image: "img-p:1",
      size: 2,
      ready: { log: "to be replaced by what an engine prints once it can take jobs" },
    });
    expect(summary.toComplete).toEqual([
      {
        what: "engines.p",
        why: "`ready`: a stand-in that no engine meets: Docker does not keep how one shows that it is ready",
      },
    ]);
  });

  it("is ready by the check of its image, or at the port at which it is asked and jobs are not", async () => {
    const readyOf = async (found: FoundHost) => (await importFrom(found)).file.engines.p.ready;
    expect(await readyOf(hostWith({ hasHealthcheck: true, ports: [1] }))).toEqual({ healthcheck: true });
    expect(await readyOf(hostWith({ ports: [80, 9000] }, { ports: [80] }))).toEqual({ tcp: 9000 });
    expect(await readyOf(hostWith({ ports: [80] }, { ports: [80] }))).toEqual({ tcp: 80 });
  });

  it("is as the newest of its engines, and not as one that is kept for a look", async () => {
    const [old, young] = [poolOf(1), poolOf(1, { image: "image.img-p:2" })];
    const engines = [
      anEngine(old, 1),
      anEngine(young, 2, { createdAtMs: Date.parse("2026-02-01T00:00:00Z") }),
      anEngine(old, 3, { name: "cyan-engine-p-3--warm-quarantine-0123456789ab" }),
    ];
    const found = foundOf({ ...buildWarm(buildDesired({ templates: {} })), containers: engines });
    const { file, text } = await importFrom(found);
    expect(file.engines.p).toMatchObject({ image: "img-p:2", size: 2 });
    expect(text).toContain("# Not all of them are of this image; it is the newest one's.");
  });
});
