import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { eventually } from "../watch/watched-project.js";
import { createGitProject, type GitProject, markOf, untilApplied, watchGit } from "./git-project.js";
import { startGitServer } from "./git-server.js";

let sandbox: Sandbox;
let project: GitProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  const [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  project = createGitProject(sandbox, image, blob);
});
afterAll(() => sandbox.dispose());

const TOKEN = "ghp_hunter2TopSecret";
const ENCODED = Buffer.from(`x-access-token:${TOKEN}`).toString("base64");
const root = () => dirname(project.origin);

/** All that stands in files below a folder, and their names. */
function allText(path: string): string {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");
}

it("over http a token opens the repository, and is found nowhere else", async () => {
  await using server = await startGitServer(root(), { password: TOKEN });
  const seen = join(sandbox.dir, "seen-by-hook");
  const notify = `notify: { own: { exec: [sh, -c, "env > ${seen}"], on: [revision-applied] } }`;
  const commit = project.pushMark("by-http", { head: [notify] });
  const url = `${server.url}/origin.git`;
  const env = { WARM_GIT_TOKEN: TOKEN, WARM_GIT_USER: "" };
  const one = watchGit(sandbox, url, [], env);
  await untilApplied(one, commit);
  await eventually(() => existsSync(seen) && readFileSync(seen, "utf8").includes("WARM_TRANSITION"));
  // While it is fetching, its own command lines are looked at too.
  const next = project.pushMark("by-http-again", { head: [notify] });
  await untilApplied(one, next);
  expect(await markOf(sandbox)).toBe("by-http-again");
  const status = (await sandbox.call(["status"])).stdout + (await sandbox.call(["status", "--json"])).stdout;
  expect(status).toContain(url);
  const { stdout, stderr } = await one.stop();

  const lines = [...server.commandLines].join("\n");
  expect(lines).toContain("ls-remote");
  expect(lines).toContain("--depth=1");
  for (const text of [
    stdout,
    stderr,
    status,
    allText(join(sandbox.dir, ".warm")),
    lines,
    readFileSync(seen, "utf8"),
  ]) {
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(ENCODED);
  }
  expect(server.authorizations.filter((one) => one === `Basic ${ENCODED}`).length).toBeGreaterThan(3);
});

it("a password in the URL is sent as one, and shown to nobody", async () => {
  await using server = await startGitServer(root(), { password: TOKEN });
  const commit = project.pushMark("by-password");
  const one = watchGit(sandbox, `${server.url.replace("//", `//ann:${TOKEN}@`)}/origin.git`);
  await untilApplied(one, commit);
  const { stdout, stderr } = await one.stop();
  const status = (await sandbox.call(["status", "--json"])).stdout;
  // What the user has typed is the user's; what we start is ours.
  const lines = [...server.commandLines].filter((line) => line.startsWith("git ")).join("\n");
  expect(lines).toContain("ls-remote");
  for (const text of [stdout, stderr, status, allText(join(sandbox.dir, ".warm")), lines])
    expect(text).not.toContain(TOKEN);
});

it("without a token, or with a wrong one, it says what to set and asks nobody", async () => {
  await using server = await startGitServer(root(), { password: TOKEN });
  const wrong = "ghp_wrongToken";
  for (const env of [{}, { WARM_GIT_TOKEN: wrong }] as Record<string, string>[]) {
    const args = ["watch", "--once", "--git", `${server.url}/origin.git`, "--state-dir", "none"];
    const { code, stderr } = await sandbox.warm(args, { env });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("hint: set WARM_GIT_TOKEN to a token that may read the repository");
    expect(stderr).not.toContain(wrong);
  }
});

it("a redirect does not get the token", async () => {
  await using elsewhere = await startGitServer(root());
  await using server = await startGitServer(root(), { redirect: elsewhere.url });
  const { code, stderr } = await sandbox.warm(
    ["watch", "--once", "--git", `${server.url}/origin.git`, "--state-dir", "none"],
    { env: { WARM_GIT_TOKEN: TOKEN } },
  );
  expect(code, stderr).toBe(1);
  expect(server.authorizations).toContain(`Basic ${ENCODED}`);
  expect(elsewhere.authorizations.filter((one) => one !== "")).toEqual([]);
});

it("over ssh it goes by the user's own command", async () => {
  const script = join(sandbox.dir, "ssh.sh");
  const log = join(sandbox.dir, "ssh.log");
  // The last argument is what is to be run over there.
  writeFileSync(script, `#!/bin/sh\necho "$@" >> ${log}\nfor last; do :; done\nexec sh -c "$last"\n`, {
    mode: 0o755,
  });
  const commit = project.pushMark("by-ssh");
  const one = watchGit(sandbox, `git@infra.test:${project.origin}`, [], {
    GIT_SSH_COMMAND: script,
    GIT_SSH_VARIANT: "simple",
  });
  await untilApplied(one, commit);
  await one.stop();
  expect(await markOf(sandbox)).toBe("by-ssh");
  expect(readFileSync(log, "utf8")).toContain(`git@infra.test git-upload-pack '${project.origin}'`);
});

it("what git could take for an option or a program is refused before anything is run", async () => {
  const trace = join(sandbox.dir, "was-run");
  const hostile = [
    ["git", `--git=ext::sh -c "touch ${trace}"`],
    ["ref", `--git=${project.origin}`, `--ref=--upload-pack=touch ${trace}`],
  ];
  for (const [option, ...args] of hostile) {
    const { code, stderr } = await sandbox.warm(["watch", "--once", ...args]);
    expect([code, stderr]).toEqual([64, expect.stringContaining(`what \`--${option}\` names`)]);
  }
  for (const lone of [["--ref", "main"], ["--path", "x"], ["--poll", "5s"], ["--verify-signatures"]])
    expect((await sandbox.call(["watch", "--once", ...lone])).code).toBe(64);
  expect((await sandbox.call(["-f", "other.yaml", "watch", "--git", project.origin])).code).toBe(64);
  expect(existsSync(trace)).toBe(false);
});

it("without git it says so", async () => {
  const { code, stderr } = await sandbox.warm(["watch", "--git", project.origin], {
    env: { PATH: "/nowhere" },
  });
  expect(code).toBe(1);
  expect(stderr).toContain("git is not installed, or not on the PATH");
});
