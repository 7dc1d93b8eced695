import { describe, expect, it } from "vitest";
import type { ProjectStatus } from "../../src/model/status.js";
import { formatStatus, formatStatusJson } from "../../src/report/format-status.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { buildStatus, host, plain, TID_A, TID_B } from "./builders.js";

const NOW = new Date("2026-03-01T12:00:00Z");

const status: ProjectStatus = {
  project: "cyanprint",
  host,
  resources: [
    buildStatus({ address: "network.cyanprint", state: "present" }),
    buildStatus({
      address: "image.127.0.0.1:5000/acme/ts-template:1.4.0",
      state: "missing",
      sync: "out-of-sync",
      reasons: ["missing"],
    }),
    buildStatus({ address: `container.cyan-template-${TID_A}`, health: "healthy" }),
    buildStatus({
      address: `container.cyan-template-${TID_B}`,
      state: "exited",
      health: "unknown",
      sync: "out-of-sync",
      reasons: ["config-changed", "drift-stopped"],
    }),
    buildStatus({ address: "container.cyan-template-c", sync: "conflict", reasons: ["conflict-name"] }),
  ],
  notes: ["1 orphan is kept: prune is none"],
};

describe("formatStatus", () => {
  it("shows a table, notes and a summary", () => {
    expect(formatStatus(status, plain, Number.POSITIVE_INFINITY, NOW)).toMatchInlineSnapshot(`
      "cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

      ADDRESS                                                   STATE    HEALTH   SYNC         WHY
      network.cyanprint                                         present  -        in sync
      image.127.0.0.1:5000/acme/ts-template:1.4.0               missing  -        out of sync  not on the host
      container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11  running  healthy  in sync
      container.cyan-template-77aa1b9e6c1f4f57a8a02f3c6f2f9c22  exited   unknown  out of sync  its configuration changed; not running
      container.cyan-template-c                                 running  -        conflict     the name is taken by a container that warm did not make

      note: 1 orphan is kept: prune is none

      2 of 5 in sync, 2 out of sync, 1 conflict."
    `);
  });

  it("cuts long ids in the middle to fit a terminal", () => {
    expect(formatStatus(status, plain, 80, NOW)).toMatchInlineSnapshot(`
      "cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

      ADDRESS                   STATE    HEALTH   SYNC         WHY
      network.cyanprint         present  -        in sync
      image.127.0.…plate:1.4.0  missing  -        out of sync  not on the host
      container.cy…f3c6f2f9b11  running  healthy  in sync
      container.cy…f3c6f2f9c22  exited   unknown  out of sync  its configurati…
      container.cy…-template-c  running  -        conflict     the name is tak…

      note: 1 orphan is kept: prune is none

      2 of 5 in sync, 2 out of sync, 1 conflict."
    `);
  });

  it("keeps the table to any width", () => {
    for (let columns = 1; columns < 200; columns += 1) {
      const lines = formatStatus(status, plain, columns, NOW).split("\n").slice(2, 8);
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    }
  });

  it("says in a line that all is in sync, or that there is nothing", () => {
    const only = (resources: ProjectStatus["resources"]) =>
      formatStatus({ ...status, resources, notes: [] }, plain, 100, NOW)
        .split("\n")
        .at(-1);
    expect(only(status.resources.slice(0, 1))).toMatchInlineSnapshot(`"1 resource, in sync."`);
    expect(only([])).toMatchInlineSnapshot(`"Nothing declared, and nothing of ours on the host."`);
  });
});

describe("formatStatusJson", () => {
  it("gives the same facts with fixed keys", () => {
    expect(formatStatusJson({ ...status, resources: status.resources.slice(2, 3) })).toMatchInlineSnapshot(`
      "{
        "format": "warm.status/1",
        "project": "cyanprint",
        "host": {
          "id": "ABCD:EFGH",
          "endpoint": "unix:///var/run/docker.sock",
          "version": "20.10.24",
          "apiVersion": "1.41",
          "os": "linux",
          "arch": "amd64"
        },
        "watcher": null,
        "summary": {
          "inSync": 1,
          "outOfSync": 0,
          "conflict": 0
        },
        "resources": [
          {
            "address": "container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11",
            "kind": "container",
            "name": "cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11",
            "sync": "in-sync",
            "state": "running",
            "health": "healthy",
            "reasons": [],
            "since": null,
            "hold": null,
            "failures": 0,
            "error": null,
            "nextTryAt": null
          }
        ],
        "notes": [
          "1 orphan is kept: prune is none"
        ]
      }
      "
    `);
  });
});

describe("formatStatus with a watcher", () => {
  const memory = {
    sync: "out-of-sync",
    since: "2026-03-01T11:57:00Z",
    reasons: ["missing"],
    hold: "backing-off",
    failures: 4,
    error: {
      code: "unhealthy",
      message: "cyan-template-b is not healthy after 60 s: GET :5550/: status 500",
      hint: "the last log lines may say more",
      logs: ["boot", "no such table: users"],
      at: "2026-03-01T11:59:50Z",
    },
    nextTryAt: "2026-03-01T12:00:08Z",
    healedAt: [],
    isFlapping: false,
  } as const;
  const watched: ProjectStatus = {
    ...status,
    resources: [
      buildStatus({
        address: "network.cyanprint",
        state: "present",
        memory: {
          ...memory,
          sync: "in-sync",
          since: "2026-02-27T12:00:00Z",
          error: undefined,
          nextTryAt: undefined,
        },
      }),
      buildStatus({
        address: "container.cyan-template-b",
        state: "missing",
        sync: "out-of-sync",
        reasons: ["missing"],
        memory,
      }),
    ],
    watcher: {
      format: "warm.daemon/1",
      pid: 4242,
      machine: "build-1",
      project: "cyanprint",
      endpoint: host.endpoint,
      startedAt: "2026-03-01T06:00:00Z",
      updatedAt: "2026-03-01T11:59:55Z",
      intervalMs: 30_000,
      state: "running",
      config: {
        path: "warm.yaml",
        sha256: "c0ffee".repeat(10),
        commit: "0123456789abcdef0123456789abcdef01234567",
        isModified: true,
        error: {
          code: "config-invalid",
          message: "warm.yaml:7:3 templates.b: unknown key `imge`",
          hint: "did you mean `image`?",
          at: "2026-03-01T11:59:00Z",
        },
      },
      lastPass: { at: "2026-03-01T11:59:55Z", ms: 14, triggers: ["docker"], planned: 1, begun: 0 },
      passes: 17,
      pause: {
        since: "2026-03-01T11:00:00Z",
        until: "2026-03-01T13:00:00Z",
        reason: "moving disks",
        who: "ann@build-1",
      },
      guard: { deletes: 8, owned: 12, since: "2026-03-01T11:00:00Z" },
      resources: {},
      isAlive: true,
    },
  };

  it("shows what it does, since when, what failed and when it is tried again", () => {
    expect(formatStatus(watched, plain, 100, NOW)).toMatchInlineSnapshot(`
      "cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)
      watcher: running, up 6h (pid 4242); last pass 5s ago (docker) in 14ms: 1 change, 0 begun
      file:    warm.yaml c0ffeec0ffee of commit 0123456789ab, with changes
               not in use as it is now: warm.yaml:7:3 templates.b: unknown key \`imge\`
               hint: did you mean \`image\`?
      pause:   since 60m by ann@build-1, ends in 1h 00m: moving disks
      guard:   refused to delete 8 of 12 objects; \`warm resume --allow-deletes\` lets it

      ADDRESS                    STATE    HEALTH  SYNC         SINCE  WHY
      network.cyanprint          present  -       in sync      2d
      container.cyan-template-b  missing  -       out of sync  3m     does not exist; tried again later

      failed: cyan-template-b is not healthy after 60 s: GET :5550/: status 500 (failed 4 times, last 10s ago, the next in 8s)
        last log lines:
          boot
          no such table: users
        hint: the last log lines may say more

      note: 1 orphan is kept: prune is none

      1 of 2 in sync, 1 out of sync."
    `);
  });

  it("shows where its file comes from, and how far what is wanted there has come", () => {
    const { watcher } = watched;
    if (watcher === undefined) throw new Error("nobody watches");
    const { error: _none, ...config } = watcher.config;
    const revisions = {
      git: {
        ...{ url: "https://acme.test/infra.git", ref: "main", path: "warm.yaml", pollMs: 30_000 },
        ...{ verifiesSignatures: false, failures: 3, fetchedAt: "2026-03-01T11:50:00Z" },
        error: {
          ...{ code: "git-failed", message: "cannot be read:\u001b[2J gone", at: "2026-03-01T11:59:00Z" },
          hint: "check the URL",
        },
      },
      wanted: { sha256: "a".repeat(64), commit: "b".repeat(40), at: "2026-03-01T11:59:00Z" },
      applied: { sha256: "c".repeat(64), commit: "d".repeat(40), at: "2026-03-01T10:00:00Z" },
      ...{ isInSync: false, why: "container.x is being worked on", rollsBack: true },
    };
    const shown = { ...watched, watcher: { ...watcher, config, revisions } };
    expect(formatStatus(shown, plain, 100, NOW).split("\n").slice(2, 8).join("\n")).toMatchInlineSnapshot(`
      "file:    warm.yaml c0ffeec0ffee of commit 0123456789ab, with changes
      git:     main at https://acme.test/infra.git, answered 10m ago
               not pulled: cannot be read:\\x1b[2J gone
               hint: check the URL
      wanted:  commit bbbbbbbbbbbb since 60s, not applied yet: container.x is being worked on
      applied: commit dddddddddddd, 2h ago"
    `);
    const settled = { ...shown.watcher, revisions: { ...revisions, git: undefined, isInSync: true } };
    expect(
      formatStatus({ ...watched, watcher: settled }, plain, 100, NOW)
        .split("\n")
        .slice(2, 5)
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "file:    warm.yaml c0ffeec0ffee of commit 0123456789ab, with changes
      applied: commit dddddddddddd, 2h ago
      pause:   since 60m by ann@build-1, ends in 1h 00m: moving disks"
    `);
  });

  it("says that it is gone when nothing is heard of it", () => {
    const { watcher } = watched;
    const gone = { ...watched, watcher: watcher && { ...watcher, isAlive: false } };
    expect(formatStatus(gone, plain, 100, NOW).split("\n")[1]).toMatchInlineSnapshot(
      `"watcher: gone: the last word of pid 4242 on build-1 is 5s old"`,
    );
  });
});
