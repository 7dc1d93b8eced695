import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { countOf, type Watching } from "../watch/watched-project.js";
import { createGitProject, type GitProject, markOf, untilApplied, watchGit } from "./git-project.js";

let sandbox: Sandbox;
let project: GitProject;
let watching: Watching | undefined;
beforeAll(async () => {
  sandbox = await createSandbox();
  const [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  project = createGitProject(sandbox, image, blob);
  for (const name of ["trusted", "stranger"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key(name)]);
  writeFileSync(key("signers"), `ann@acme.test ${readFileSync(`${key("trusted")}.pub`, "utf8")}`);
  writeFileSync(
    key("gitconfig"),
    `[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = ${key("signers")}\n`,
  );
  project.git("config", "gpg.format", "ssh");
});
afterAll(() => sandbox.dispose());
afterEach(async () => {
  await watching?.stop();
  watching = undefined;
});

const key = (name: string) => join(sandbox.dir, name);
const start = (...args: string[]) =>
  watchGit(sandbox, project.origin, ["--verify-signatures", ...args], {
    GIT_CONFIG_GLOBAL: key("gitconfig"),
  });
const signBy = (name: string) => project.git("config", "user.signingKey", `${key(name)}.pub`);
const poke = (of: Watching) => of.warm.child.kill("SIGHUP");

it("only commits that are signed by a trusted key are used", async () => {
  signBy("trusted");
  const signed = project.push({ "warm.yaml": project.text("signed") }, "-S");
  const one = start();
  watching = one;
  await untilApplied(one, signed);

  const unsigned = project.push({ "warm.yaml": project.text("unsigned") });
  poke(one);
  const first = await one.line(({ msg }) => msg === "config invalid");
  expect(first.detail).toContain(`commit ${unsigned} of ${project.origin} has no signature that counts: `);
  expect(first.detail).toContain("the last good one stays in use");

  signBy("stranger");
  const strange = project.push({ "warm.yaml": project.text("strange") }, "-S");
  poke(one);
  await one.line(({ msg, detail }) => msg === "config invalid" && detail !== first.detail);
  expect(await markOf(sandbox)).toBe("signed");
  expect(countOf(one, "config invalid")).toBe(2);

  // A key that is trusted from now on makes good what it has signed.
  appendFileSync(key("signers"), `bob@acme.test ${readFileSync(`${key("stranger")}.pub`, "utf8")}`);
  poke(one);
  await untilApplied(one, strange);
  expect(await markOf(sandbox)).toBe("strange");
});

it("of an annotated tag it is the tag that has to be signed", async () => {
  signBy("trusted");
  const commit = project.push({ "warm.yaml": project.text("tagged") });
  project.git("tag", "--sign", "--message", "one", "v1");
  project.git("tag", "--annotate", "--message", "two", "v2");
  project.git("push", "--quiet", "origin", "v1", "v2");
  const one = start("--ref", "v1");
  watching = one;
  await untilApplied(one, commit);
  expect(await markOf(sandbox)).toBe("tagged");
  const { code, stderr } = await sandbox.warm(
    ["watch", "--once", "--verify-signatures", "--git", project.origin, "--ref", "v2", "--state-dir", "none"],
    { env: { GIT_CONFIG_GLOBAL: key("gitconfig") } },
  );
  expect(code, stderr).toBe(3);
  expect(stderr).toContain("the tag v2 of commit ");
});

it("what was applied unsigned is nothing to go on with once signatures are asked for", async () => {
  const commit = project.pushMark("before-signatures");
  watching = watchGit(sandbox, project.origin, ["--state-dir", "unsigned"]);
  await untilApplied(watching, commit);
  await watching.stop();
  const args = ["watch", "--once", "--verify-signatures", "--git", project.origin, "--state-dir", "unsigned"];
  const { code, stderr } = await sandbox.warm(args, { env: { GIT_CONFIG_GLOBAL: key("gitconfig") } });
  expect(code, stderr).toBe(3);
  expect(stderr).toContain("has no signature that counts");
});
