import { describe, expect, test } from "vitest";
import { mapDockerode, mapStatus, mapTransport } from "../../src/docker/connection/map-error.js";
import { ANSWERS, HOST_ANSWERS } from "./daemon-answers.js";

describe.each(Object.entries(ANSWERS))("%s", (code, answers) => {
  test.each(answers)("%s, %d: %s", (_daemon, status, text) => {
    const error = mapStatus("do it", status, text, "registry");
    expect(error).toMatchObject({ code, message: `do it: ${text}` });
  });
});

describe.each(Object.entries(HOST_ANSWERS))("%s, where no registry is asked", (code, answers) => {
  test.each(answers)("%s, %d: %s", (_daemon, status, text) => {
    const error = mapStatus("start a container", status, text);
    expect(error).toMatchObject({ code, message: `start a container: ${text}` });
    expect(error.hint ?? "").not.toMatch(/registry|docker login/);
  });
});

test("a command that cannot be run is told as what it is", () => {
  const [[, status, text] = ["", 0, ""]] = HOST_ANSWERS.rejected ?? [];
  expect(mapStatus("start a container", status, text).hint).toContain("the image's command cannot be run");
});

test("an answer without words is told by its status", () => {
  expect(mapStatus("do it", 502, " ").message).toBe("do it: HTTP 502");
});

test("what dockerode puts around the daemon's words is taken off", () => {
  const message = "(HTTP code 409) unexpected - remove v1: volume is in use - [x] ";
  const error = Object.assign(new Error(message), { statusCode: 409, json: null });
  expect(mapDockerode("remove volume v1", error, "unix:///s").message).toBe(
    "remove volume v1: remove v1: volume is in use - [x]",
  );
});

describe("a connection that fails", () => {
  const fail = (code: string, message: string) =>
    mapTransport("list images", Object.assign(new Error(message), { code }), "unix:///s");

  test.each([
    ["ENOENT", "connect ENOENT /s", "host-unreachable", /unix:\/\/\/s .*nothing answers there/],
    ["ECONNREFUSED", "", "host-unreachable", /nothing answers there/],
    ["ETIMEDOUT", "", "host-unreachable", /\(list images\): ETIMEDOUT/],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND h", "host-unreachable", /ENOTFOUND h/],
    ["ECONNRESET", "socket hang up", "host-unreachable", /socket hang up/],
    ["EACCES", "connect EACCES /s", "host-forbidden", /no permission to use Docker at unix:\/\/\/s/],
    ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate", "host-forbidden", /no trusted connection/],
    ["CERT_HAS_EXPIRED", "certificate has expired", "host-forbidden", /certificate has expired/],
  ])("%s", (code, message, expected, words) => {
    expect(fail(code, message)).toMatchObject({ code: expected, message: expect.stringMatching(words) });
  });
});
