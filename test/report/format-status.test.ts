import { describe, expect, it } from "vitest";
import type { ProjectStatus } from "../../src/model/status.js";
import { formatStatus, formatStatusJson } from "../../src/report/format-status.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { buildStatus, host, plain, TID_A, TID_B } from "./builders.js";

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
    expect(formatStatus(status, plain, Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
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
    expect(formatStatus(status, plain, 80)).toMatchInlineSnapshot(`
      "cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

      ADDRESS                   STATE    HEALTH   SYNC         WHY
      network.cyanprint         present  -        in sync
      image.127.0.…plate:1.4.0  missing  -        out of sync  not on the host
      container.cy…f3c6f2f9b11  running  healthy  in sync
      container.cy…f3c6f2f9c22  exited   unknown  out of sync  its configuration chan…
      container.cy…-template-c  running  -        conflict     the name is taken by a…

      note: 1 orphan is kept: prune is none

      2 of 5 in sync, 2 out of sync, 1 conflict."
    `);
  });

  it("keeps the table to any width", () => {
    for (let columns = 1; columns < 200; columns += 1) {
      const lines = formatStatus(status, plain, columns).split("\n").slice(2, 8);
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    }
  });

  it("says in a line that all is in sync, or that there is nothing", () => {
    const only = (resources: ProjectStatus["resources"]) =>
      formatStatus({ ...status, resources, notes: [] }, plain, 100)
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
            "reasons": []
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
