import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { gitEnvironment } from "../../../src/daemon/git/git-environment.js";
import { readGitPlace } from "../../../src/daemon/git/git-place.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-git-environment-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("no hook runs, not one of a template of the user's either", () => {
  const hooks = join(dir, "template", "hooks");
  mkdirSync(hooks, { recursive: true });
  for (const name of ["post-checkout", "post-index-change", "reference-transaction"]) {
    writeFileSync(join(hooks, name), `#!/bin/sh\ntouch ${join(dir, "was-run")}\n`);
    chmodSync(join(hooks, name), 0o755);
  }
  const user = {
    ...process.env,
    HOME: dir,
    GIT_TEMPLATE_DIR: join(dir, "template"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
  const run = (env: NodeJS.ProcessEnv) => {
    const at = mkdtempSync(join(dir, "repository-"));
    const git = (...args: string[]) => execFileSync("git", args, { cwd: at, env, stdio: "pipe" });
    // What the template brings is there, whatever git is told later.
    git("init", "--quiet", `--template=${join(dir, "template")}`);
    writeFileSync(join(at, "warm.yaml"), "");
    git("add", "warm.yaml");
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a");
    return existsSync(join(dir, "was-run"));
  };
  const place = readGitPlace({ url: dir }, dir);
  expect(run({ ...gitEnvironment(user, place, false) })).toBe(false);
  expect(run(user), "the hooks do nothing at all").toBe(true);
});
