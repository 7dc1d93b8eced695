import { describe, expect, it } from "vitest";
import { type LoadedConfig, parseConfig } from "../../../src/config/load-config.js";
import type { Wish } from "../../../src/config/requests/check-wish.js";
import { createRequestBook, type RequestBook } from "../../../src/daemon/requests/request-book.js";
import type { RequestFiles } from "../../../src/daemon/requests/request-files.js";
import { WarmError } from "../../../src/errors.js";
import { type RuntimeRequest, requestKey } from "../../../src/model/request.js";
import { buildChange, buildPlan } from "../builders.js";

const HOUR = 3_600_000;
const TEMPLATE = { kind: "template", id: "web", image: "acme/web:1", blob: "acme/blob:1" } as const;
const SESSION = {
  kind: "session",
  id: "s1",
  template: "web",
  processors: ["acme/p:1"],
  plugins: [],
} as const;

const load = (text = ""): Promise<LoadedConfig> =>
  parseConfig({ text: `version: 1\nproject: demo\n${text}`, file: "warm.yaml", directory: "/srv", env: {} });

interface World {
  readonly book: RequestBook;
  readonly disk: Map<string, RuntimeRequest>;
  writes: number;
  nowMs: number;
  isFull: boolean;
}

/** A book over a disk in memory. */
function open(kept: readonly RuntimeRequest[] = []): World {
  const disk = new Map(kept.map((request) => [requestKey(request), request]));
  const world = { disk, writes: 0, nowMs: Date.parse("2026-03-01T12:00:00Z"), isFull: false } as World;
  const files: RequestFiles = {
    load: async () => [...disk.values()],
    async write(request) {
      if (world.isFull) throw new WarmError("disk-full", "no space left");
      world.writes += 1;
      disk.set(requestKey(request), request);
    },
    async remove(request) {
      disk.delete(requestKey(request));
    },
  };
  const onProblem = (error: unknown) => {
    throw error;
  };
  const book = createRequestBook({ files, requests: kept, now: () => world.nowMs, onProblem });
  return Object.assign(world, { book });
}

const addresses = ({ book }: World, file: LoadedConfig) =>
  book.wanted(file).config.desired.resources.map(({ address }) => address);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("what is asked for beside the file", () => {
  it("is wanted once it is written down, under a version that says since when", async () => {
    const world = open();
    const file = await load();
    const before = world.book.wanted(file);
    expect(before.config).toBe(file);
    const version = await world.book.keep(TEMPLATE, file);
    const { version: now } = world.book.wanted(file);
    expect(version).toBeGreaterThan(before.version);
    expect(now).toBe(version);
    expect(addresses(world, file)).toEqual([
      "network.cyanprint",
      "image.acme/blob:1",
      "image.acme/web:1",
      "volume.cyan-web",
      "container.cyan-template-web",
    ]);
    expect(world.book.wanted(file).config).toBe(world.book.wanted(file).config);
  });

  it("is not wanted when it could not be written down", async () => {
    const world = open();
    const file = await load();
    world.isFull = true;
    await expect(world.book.keep(TEMPLATE, file)).rejects.toMatchObject({ code: "disk-full" });
    expect(world.book.wanted(file).config).toBe(file);
  });

  it("is written once by many who ask for it at once, and again when a tenth of its time is over", async () => {
    const world = open();
    const file = await load();
    const versions = await Promise.all(Array.from({ length: 20 }, () => world.book.keep(TEMPLATE, file)));
    expect([new Set(versions).size, world.writes]).toEqual([1, 1]);
    world.nowMs += 2 * HOUR;
    await world.book.keep(TEMPLATE, file);
    expect(world.writes).toBe(1);
    world.nowMs += 2 * HOUR;
    expect(await world.book.keep(TEMPLATE, file)).toBe(versions[0]);
    expect(world.writes).toBe(2);
    expect(world.disk.get("template-web")).toMatchObject({
      since: "2026-03-01T12:00:00.000Z",
      expiresAt: "2026-03-02T16:00:00.000Z",
    });
  });

  it("is another wish when its images are others", async () => {
    const world = open();
    const file = await load();
    const first = await world.book.keep(TEMPLATE, file);
    const second = await world.book.keep({ ...TEMPLATE, image: "acme/web:2" }, file);
    expect(second).toBeGreaterThan(first);
    expect(addresses(world, file)).toContain("image.acme/web:2");
  });

  it("is refused beyond the most that the file allows; what is there may still be renewed", async () => {
    const world = open();
    const file = await load("requests: { max: 1 }\n");
    await world.book.keep(TEMPLATE, file);
    await expect(world.book.keep(SESSION, file)).rejects.toMatchObject({ code: "queue-full" });
    await world.book.keep(TEMPLATE, file);
  });

  it.each<[Wish, string]>([
    [{ ...TEMPLATE, id: "../x" }, "id: an id begins with"],
    [{ ...TEMPLATE, image: "A b" }, "image: the image reference"],
    [{ ...SESSION, template: "" }, "template: an id begins with"],
    [{ ...SESSION, plugins: ["ok", "a/UPPER"] }, "plugins.1: the image reference"],
  ])("is refused when it is malformed", async (wish, message) => {
    const error = await open()
      .book.keep(wish, await load())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  });

  it("is refused when it wants the Docker names of another request, or a session of another template", async () => {
    const { book } = open();
    const file = await load();
    await book.keep({ ...TEMPLATE, id: "a-b" }, file);
    await expect(book.keep({ ...TEMPLATE, id: "ab" }, file)).rejects.toMatchObject({ code: "name-conflict" });
    await book.keep(SESSION, file);
    await expect(book.keep({ ...SESSION, template: "other" }, file)).rejects.toMatchObject({
      message: "session s1 is one of template web",
    });
  });
});

describe("the file has the last word", () => {
  const yaml = `templates:
  web:
    image: acme/web:1
    blob: acme/blob
sessions:
  s1:
    template: web
    processors: [acme/p:1, acme/q]
`;

  it.each<[Wish, string]>([
    [
      { ...TEMPLATE, blob: "acme/blob:2" },
      "template web is declared otherwise at warm.yaml:6: its blob is acme/blob",
    ],
    [
      { ...TEMPLATE, id: "w-eb", blob: "acme/blob" },
      "template w-eb is declared otherwise at warm.yaml:4: its id is web",
    ],
    [{ ...SESSION, template: "other" }, "session s1 is declared otherwise at warm.yaml:9: its template: web"],
    [
      { ...SESSION, plugins: ["acme/z"] },
      "session s1 is declared otherwise at warm.yaml:8: its plugins: none",
    ],
  ])("%o contradicts it", async (wish, message) => {
    const { book } = open();
    await expect(book.keep(wish, await load(yaml))).rejects.toMatchObject({ code: "name-conflict", message });
  });

  it("and what it says already is not kept beside it, however it is written", async () => {
    const world = open();
    const file = await load(yaml);
    await world.book.keep({ ...TEMPLATE, blob: "docker.io/acme/blob:latest" }, file);
    await world.book.keep(SESSION, file);
    expect([world.writes, world.book.wanted(file).config]).toEqual([0, file]);
    await expect(world.book.forget("s1", file)).rejects.toMatchObject({
      code: "name-conflict",
      message: "session s1 is declared at warm.yaml:8",
    });
  });

  it("also when it comes to say otherwise later", async () => {
    const world = open();
    await world.book.keep({ ...TEMPLATE, image: "acme/web:9" }, await load());
    const file = await load(yaml);
    expect(world.book.wanted(file).config.config).toEqual(file.config);
  });

  it("and a file that is read anew has a version of its own", async () => {
    const world = open();
    const [one, two] = [await load(yaml), await load(yaml)];
    const first = world.book.wanted(one).version;
    expect(world.book.wanted(two).version).toBeGreaterThan(first);
    expect(await world.book.keep({ ...TEMPLATE, blob: "acme/blob" }, two)).toBeGreaterThan(first);
  });
});

describe("what is over", () => {
  it("is wanted no more, is no accident, and is forgotten once a plan removes nothing of it", async () => {
    const world = open();
    const file = await load();
    await world.book.keep(TEMPLATE, file);
    expect(world.book.nextEndMs()).toBe(world.nowMs + 24 * HOUR);
    world.nowMs += 24 * HOUR;
    expect(addresses(world, file)).toEqual(["network.cyanprint"]);
    expect(world.book.nextEndMs()).toBe(Number.POSITIVE_INFINITY);
    expect(
      ["container.cyan-template-web", "volume.cyan-web", "volume.other"].map(world.book.isLetGo),
    ).toEqual([true, true, false]);

    const { version } = world.book.wanted(file);
    const removing = buildPlan([buildChange({ address: "container.cyan-template-web", action: "delete" })]);
    world.book.settle(removing, version);
    await settled();
    expect(world.disk.size).toBe(1);
    // A plan that was made of something else says nothing.
    world.book.settle(buildPlan([]), version - 1);
    await settled();
    expect(world.disk.size).toBe(1);
    world.book.settle(buildPlan([]), version);
    await settled();
    expect(world.disk.size).toBe(0);
  });

  it("of a session has its volume wanted gone, by time or when it is forgotten", async () => {
    const world = open();
    const file = await load();
    await world.book.keep(SESSION, file);
    await world.book.keep({ ...SESSION, id: "s2" }, file);
    expect(await world.book.forget("nobody", file)).toBeUndefined();
    const forgotten = await world.book.forget("s1", file);
    expect(forgotten?.request).toMatchObject({ id: "s1", isForgotten: true });
    expect(await world.book.forget("s1", file)).toEqual(forgotten);
    const isForgotten = () =>
      world.book
        .wanted(file)
        .config.desired.resources.flatMap((one) =>
          one.kind === "volume" && one.role === "session" ? [[one.session, one.isForgotten]] : [],
        );
    expect(isForgotten()).toEqual([
      ["s1", true],
      ["s2", false],
    ]);
    world.nowMs += 12 * HOUR;
    expect(isForgotten()).toEqual([
      ["s1", true],
      ["s2", true],
    ]);
    // Its images are nobody's by then.
    expect(addresses(world, file)).not.toContain("image.acme/p:1");
    const gone = ["s1", "s2"].map((id) => buildChange({ address: `volume.cyan-web-${id}`, kind: "volume" }));
    world.book.settle(buildPlan(gone), world.book.wanted(file).version);
    await settled();
    expect(world.disk.size).toBe(0);
  });

  it("is wanted again when it is asked for again before it has gone", async () => {
    const world = open();
    const file = await load();
    await world.book.keep(SESSION, file);
    const forgotten = await world.book.forget("s1", file);
    expect(await world.book.keep(SESSION, file)).toBeGreaterThan(forgotten?.version ?? 0);
    world.book.settle(buildPlan([]), world.book.wanted(file).version);
    await settled();
    expect(world.disk.get("session-s1")).toMatchObject({ isForgotten: false });
  });

  it("is over also when nobody ran at that time", async () => {
    const request = { ...TEMPLATE, since: "2026-02-01T00:00:00Z", expiresAt: "2026-02-02T00:00:00Z" };
    const world = open([request]);
    const file = await load();
    expect(addresses(world, file)).toEqual(["network.cyanprint"]);
    expect(world.book.isLetGo("volume.cyan-web")).toBe(true);
  });
});
