import { describe, expect, it } from "vitest";
import {
  readContainerList,
  readImageList,
  readNetworkList,
  readVolumeList,
} from "../../src/docker/observe/read-lists.js";

const IMAGE = { Id: "sha256:1", RepoTags: ["app:1"], RepoDigests: [`app@sha256:${"a".repeat(64)}`] };
const NETWORK = { Id: "n1", Name: "cyanprint", Driver: "bridge", Labels: { a: "b" } };
const VOLUME = { Name: "v1", Driver: "local", CreatedAt: "2026-01-01T00:00:00Z", Labels: { a: "b" } };
const CONTAINER = {
  Created: 1_767_225_600,
  Id: "c1",
  Names: ["/web"],
  ImageID: "sha256:1",
  State: "running",
  Status: "Up 3 seconds (healthy)",
  Labels: { a: "b" },
  NetworkSettings: { Networks: { cyanprint: { NetworkID: "n1", IPAddress: "172.18.0.2" } } },
  Mounts: [
    { Type: "volume", Name: "v1" },
    { Type: "bind", Source: "/srv" },
  ],
};

const readers = {
  image: (item: unknown) => readImageList([item]),
  network: (item: unknown) => readNetworkList([item]),
  volume: (item: unknown) => readVolumeList({ Volumes: [item] }),
  container: (item: unknown) => readContainerList([item]),
};
const items = { image: IMAGE, network: NETWORK, volume: VOLUME, container: CONTAINER };
type Kind = keyof typeof readers;

describe("a list is read", () => {
  it("of images, by tag and by digest", () => {
    const keys = ["app:1", `app@sha256:${"a".repeat(64)}`];
    expect(readImageList([IMAGE])).toEqual([{ id: "sha256:1", keys }]);
    const podman = { ...IMAGE, RepoTags: ["docker.io/library/app:1"], RepoDigests: [] };
    expect(readImageList([podman])).toEqual([{ id: "sha256:1", keys: ["app:1"] }]);
  });

  it("of images that have no name", () => {
    const none = { Id: "sha256:2", RepoTags: ["<none>:<none>"], RepoDigests: ["<none>@<none>"] };
    expect(readImageList([none, { Id: "sha256:3", RepoTags: null, RepoDigests: null }])).toEqual([
      { id: "sha256:2", keys: [] },
      { id: "sha256:3", keys: [] },
    ]);
  });

  it("of containers, with what they are attached to", () => {
    expect(readContainerList([CONTAINER])).toEqual([
      {
        id: "c1",
        name: "web",
        createdAtMs: 1_767_225_600_000,
        imageId: "sha256:1",
        state: "running",
        health: "healthy",
        labels: { a: "b" },
        networks: [{ name: "cyanprint", id: "n1", address: "172.18.0.2" }],
        volumes: ["v1"],
      },
    ]);
  });

  it.each([
    ["Up 3 seconds", undefined],
    ["Up 3 seconds (health: starting)", "starting"],
    ["Up 3 seconds (unhealthy)", "unhealthy"],
    ["Up 3 seconds (healthy)", "healthy"],
  ])("%s: health %s", (Status, health) => {
    expect(readContainerList([{ ...CONTAINER, Status }])[0]?.health).toBe(health);
  });

  it("a stopped container has no health, whatever its last word was", () => {
    const stopped = { ...CONTAINER, State: "exited", Status: "Exited (137) 2 hours ago (healthy)" };
    expect(readContainerList([stopped])[0]).toMatchObject({ state: "exited", health: undefined });
  });

  it.each(["created", "paused", "restarting", "removing", "exited", "dead"])("state %s", (State) => {
    expect(readContainerList([{ ...CONTAINER, State }])[0]?.state).toBe(State);
  });

  it("podman's words for states are understood, and none of them means running", () => {
    for (const State of ["Running", "RUNNING"])
      expect(readContainerList([{ ...CONTAINER, State }])[0]?.state).toBe("running");
    for (const State of ["stopped", "configured", "unknown", ""])
      expect(readContainerList([{ ...CONTAINER, State }])[0]?.state).toBe("exited");
  });

  it("the own name of a container that others link to", () => {
    const linked = { ...CONTAINER, Names: ["/other/alias", "/web"] };
    expect(readContainerList([linked])[0]?.name).toBe("web");
  });
});

describe("what Docker leaves out or writes as null is nothing", () => {
  it.each<[Kind, string[]]>([
    ["image", ["RepoTags", "RepoDigests"]],
    ["network", ["Labels"]],
    ["volume", ["Labels", "CreatedAt"]],
    ["container", ["Labels", "Mounts", "NetworkSettings"]],
  ])("of a %s: %s", (kind, fields) => {
    const { [fields[0] ?? ""]: _, ...without } = items[kind] as Record<string, unknown>;
    expect(readers[kind](without)).toHaveLength(1);
    for (const field of fields) expect(readers[kind]({ ...items[kind], [field]: null })).toHaveLength(1);
  });

  it("no volumes at all is null", () => {
    expect(readVolumeList({ Volumes: null })).toEqual([]);
    expect(readVolumeList({})).toEqual([]);
  });

  it("a network's settings may be null while a container starts", () => {
    const starting = { ...CONTAINER, NetworkSettings: { Networks: { cyanprint: null } } };
    expect(readContainerList([starting])[0]?.networks).toEqual([{ name: "cyanprint", id: "", address: "" }]);
  });
});

describe("an answer of another shape is an error, never an empty list", () => {
  const asProtocol = expect.objectContaining({
    code: "host-protocol",
    message: expect.stringContaining("not as documented"),
  });

  it.each([null, undefined, "", "<html>", 0, {}, { message: "x" }])("%j for a list", (answer) => {
    for (const read of [readImageList, readNetworkList, readContainerList])
      expect(() => read(answer)).toThrow(asProtocol);
  });

  it.each([null, undefined, "", [], { Volumes: {} }, { Volumes: "x" }])("%j for the volumes", (answer) => {
    expect(() => readVolumeList(answer)).toThrow(asProtocol);
  });

  const wrong: [Kind, string, unknown[]][] = [
    ["image", "Id", [undefined, null, 1]],
    ["image", "RepoTags", ["app:1", { 0: "app" }]],
    ["network", "Id", [undefined, null]],
    ["network", "Name", [undefined, 1]],
    ["network", "Labels", [["a"], "a=b", { a: 1 }]],
    ["volume", "Name", [undefined, {}]],
    ["volume", "Labels", [["a"], { a: null }]],
    ["container", "Id", [undefined, 7]],
    ["container", "State", [undefined, { Running: true }]],
    ["container", "ImageID", [undefined]],
    ["container", "Names", ["web", [1]]],
    ["container", "Labels", [{ a: 1 }, "x"]],
    ["container", "Mounts", [{}, ["x"]]],
    ["container", "NetworkSettings", ["x", { Networks: ["x"] }]],
  ];
  it.each(wrong)("a %s whose %s is %j", (kind, field, values) => {
    for (const value of values)
      expect(() => readers[kind]({ ...items[kind], [field]: value })).toThrow(asProtocol);
  });

  it.each<Kind>(["image", "network", "volume", "container"])("a %s that is null", (kind) => {
    expect(() => readers[kind](null)).toThrow(asProtocol);
  });
});
