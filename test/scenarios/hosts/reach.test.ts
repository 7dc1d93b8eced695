import { expect, it } from "vitest";
import { parseEndpoint } from "../../../src/docker/connection/parse-endpoint.js";
import { findReach } from "../../../src/docker/observe/observe-host.js";

it.each([
  ["unix:///run/docker.sock", true, "address"],
  ["unix:///run/docker.sock", false, "published"],
  ["tcp://127.0.0.1:2375", true, "address"],
  ["tcp://localhost:2375", false, "published"],
  ["tcp://build-7:2375", true, "none"],
  ["ssh://build-7", true, "none"],
  ["ssh://127.0.0.1", false, "none"],
])("containers behind %s, on its machine's network: %s, are reached by: %s", (url, isShared, reach) => {
  const { transport } = parseEndpoint(url, "--host", () => undefined);
  expect(findReach(transport, isShared)).toBe(reach);
});
