import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createCredentialFinder, registryAuthHeader } from "../../src/docker/connection/credentials.js";
import { resolveEndpoint } from "../../src/docker/connection/endpoint.js";
import { WarmError } from "../../src/errors.js";
import { type DockerConfig, makeDockerConfig } from "../docker/docker-config.js";
import { fuzz } from "./fuzz.js";
import { mutatedJson, mutatedText } from "./mutations.js";

let config: DockerConfig;
beforeEach(() => {
  config = makeDockerConfig();
});
afterEach(() => config.remove());

const SECRET = "s3cr3t-m4rker";
const base = {
  auths: {
    "r:5000": { auth: Buffer.from(`user:${SECRET}`).toString("base64") },
    "https://other/v2/": { identitytoken: SECRET },
    "named": { username: "u", password: SECRET },
  },
  credHelpers: { helped: "none-such" },
  currentContext: "default",
};
const files = fc.oneof(
  mutatedJson([base]).map((value) => JSON.stringify(value)),
  mutatedText([JSON.stringify(base)]),
);

/** Refused in words that show no secret; anything else is thrown on. */
function checkRefusal(error: unknown): void {
  if (!(error instanceof WarmError) || !["auth-failed", "usage"].includes(error.code)) throw error;
  expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
}

it("a Docker config file of any shape gives log-ins that can be sent, none, or an error that shows no secret", async () => {
  const env = { PATH: config.dir };
  await fuzz({ name: "docker-config", inputs: files, runs: 120 }, async (text) => {
    config.write(text);
    const find = createCredentialFinder({ env, home: config.home });
    for (const registry of ["r:5000", "other", "named", "helped", "docker.io"]) {
      try {
        const found = await find(registry);
        if (found === undefined) continue;
        for (const member of Object.values(found)) expect(typeof member).toBe("string");
        expect(registryAuthHeader(found)).toMatch(/^[\w-]+$/);
      } catch (error) {
        checkRefusal(error);
      }
    }
    try {
      resolveEndpoint({ env, home: config.home });
    } catch (error) {
      checkRefusal(error);
    }
  });
});
