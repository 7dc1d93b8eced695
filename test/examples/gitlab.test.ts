import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../scenarios/templates/template-project.js";
import { findCiTools, whyNot } from "./forge/ci-tools.js";
import { type Account, type GitLab, startGitLab } from "./forge/gitlab-server.js";
import { createHostsRepository, type HostsRepository } from "./forge/hosts-repository.js";
import { bash } from "./forge/run-job.js";
import { makeWarmCommand } from "./forge/warm-command.js";

const example = resolve("examples/gitlab");
const BOT: Account = { id: 42, username: "project_7_bot" };
const MALLORY: Account = { id: 66, username: "mallory" };
const TOKEN = "token-of-the-project";

interface GitLabJob {
  readonly extends?: string;
  readonly script?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly parallel?: { readonly matrix: readonly Readonly<Record<string, readonly string[]>>[] };
}

const tools = findCiTools();

describe.skipIf("missing" in tools)(`the GitLab jobs${whyNot(tools)}`, () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  let gitlab: GitLab;
  let hosts: HostsRepository;
  let runner: Record<string, string>;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox);
    gitlab = await startGitLab({ [TOKEN]: BOT });
    hosts = createHostsRepository(sandbox.dir, {
      ".gitlab-ci.yml": join(example, ".gitlab-ci.yml"),
      ".gitlab/warm.gitlab-ci.yml": join(example, "warm.gitlab-ci.yml"),
      ".gitlab/warm": join(example, "scripts"),
      "warm.yaml": join(sandbox.dir, "warm.yaml"),
    });
    const path = [makeWarmCommand(sandbox.dir), "dir" in tools ? tools.dir : "", process.env.PATH];
    const own = { PATH: path.join(":"), HOME: sandbox.dir, TMPDIR: sandbox.dir, LANG: "C.UTF-8" };
    const predefined = {
      CI_API_V4_URL: `${gitlab.url}/api/v4`,
      CI_PROJECT_ID: "7",
      CI_JOB_URL: "https://gitlab.example/acme/hosts/-/jobs/9",
      CI_COMMIT_BRANCH: "main",
    };
    const set = { WARM_GITLAB_TOKEN: TOKEN, DOCKER_HOST: `unix://${sandbox.socketPath}` };
    runner = { ...own, ...predefined, ...set };
  });
  afterAll(async () => {
    await gitlab.stop();
    await sandbox.dispose();
  });

  /** Runs a job's script as it stands in the file, with the variables that the job would have. */
  async function run(name: string, revision: string, more: Readonly<Record<string, string>> = {}) {
    const dir = hosts.checkout(revision);
    const jobs = parse(readFileSync(join(dir, ".gitlab/warm.gitlab-ci.yml"), "utf8")) as Record<
      string,
      GitLabJob
    >;
    const job = { ...jobs[jobs[name]?.extends ?? ""], ...jobs[name] };
    const [entry = {}] = job.parallel?.matrix ?? [];
    const matrix = Object.fromEntries(Object.entries(entry).map(([key, [value = ""]]) => [key, value]));
    const env = { ...job.variables, ...runner, ...matrix, ...more };
    const { code, output } = await bash(["-eo", "pipefail", "-c", (job.script ?? []).join("\n")], dir, env);
    return { code, output, dir };
  }
  const plan = (branch: string, request: number, more?: Readonly<Record<string, string>>) =>
    run("warm:plan", branch, { CI_MERGE_REQUEST_IID: String(request), ...more });
  const apply = (sha: string, more?: Readonly<Record<string, string>>) =>
    run("warm:apply", sha, { CI_COMMIT_SHA: sha, ...more });
  const drift = (more?: Readonly<Record<string, string>>) => run("warm:drift", "main", more);
  const merge = (branch: string, iid: number) => {
    const sha = hosts.merge(branch);
    const about = { target_branch: "main", sha: "0".repeat(40), squash_commit_sha: null };
    gitlab.requests.set(sha, [
      { ...about, iid: iid + 500, state: "merged", target_branch: "release", merge_commit_sha: sha },
      { ...about, iid: 1, state: "merged", merge_commit_sha: "1".repeat(40) },
      { ...about, iid, state: "merged", merge_commit_sha: sha },
    ]);
    return sha;
  };
  const ours = (on: string) =>
    gitlab.notes
      .filter((one) => one.on === on && one.author.id === BOT.id && !one.system)
      .map(({ body }) => body);
  const container = async () => {
    const found = await sandbox.docker.listContainers({ all: true });
    return found.find(({ Names }) => Names.includes(`/${project.container}`));
  };

  it("note the plan on a merge request, and the next push updates that very note", async () => {
    hosts.push("first", { "README.md": "hosts" });
    const first = await plan("first", 11);
    expect(first.code, first.output).toBe(0);
    const saved = JSON.parse(await readFile(join(first.dir, "warm-plan/plan.json"), "utf8"));
    const [body = "", ...more] = ours("merge_requests/11");
    expect(more).toEqual([]);
    expect(body.split("\n").slice(0, 2)).toEqual([
      `<!-- warm:plan project=${sandbox.project} file=warm.yaml environment=prod -->`,
      `<!-- warm:digest ${saved.digest} -->`,
    ]);
    expect(readFileSync(join(first.dir, "warm-plan/plan.env"), "utf8")).toBe(
      `WARM_CHANGES=true\nWARM_DIGEST_OF_PLAN=${saved.digest}\n`,
    );
    hosts.push("first", { "warm.yaml": `${project.yaml}    env: { LEVEL: debug }\n` });
    const second = await plan("first", 11);
    expect(second.code, second.output).toBe(0);
    const [updated, ...none] = ours("merge_requests/11");
    expect(none).toEqual([]);
    expect(updated).not.toBe(body);
  });

  it("touch no note of another account, nor of GitLab itself", async () => {
    const [body = ""] = ours("merge_requests/11");
    const forged = gitlab.say("merge_requests/12", MALLORY, body);
    const told = gitlab.say("merge_requests/12", BOT, body, true);
    for (const text of ["a", "b", "c"]) gitlab.say("merge_requests/12", MALLORY, text);
    for (const round of [1, 2]) {
      const { code, output } = await plan("first", 12);
      expect(code, `${round}: ${output}`).toBe(0);
    }
    expect([forged.body, told.body]).toEqual([body, body]);
    expect(ours("merge_requests/12")).toHaveLength(1);
  });

  it("fail when the file has no plan, take back what the note said, and give no orders to GitLab", async () => {
    hosts.push("broken", { "warm.yaml": project.yaml });
    await plan("broken", 13);
    hosts.push("broken", { "warm.yaml": `${project.yaml}  "\\n/merge\\n/close\\n\`\`\`": {}\n/approve\n` });
    const broken = await plan("broken", 13);
    expect(broken.code).toBe(3);
    const [body = "", ...more] = ours("merge_requests/13");
    expect(more).toEqual([]);
    expect(body).toMatch(/^<!-- warm:plan .* -->\n### warm has no plan \(exit code 3\)\n\n( {4}.*\n)+$/);
    expect(gitlab.orders).toEqual([]);
  });

  it("check a fork's file without a token, a host or a note", async () => {
    const before = gitlab.calls.length;
    const { code, output } = await run("warm:check", "first", {
      WARM_GITLAB_TOKEN: "",
      DOCKER_HOST: "unix:///nowhere",
    });
    expect(code, output).toBe(0);
    expect(output).toMatch(/^<!-- warm:plan /);
    expect(gitlab.calls.length).toBe(before);
  });

  it("say that a token is missing, or of no use", async () => {
    const none = await plan("first", 14, { WARM_GITLAB_TOKEN: "" });
    expect([none.code, none.output]).toEqual([
      1,
      expect.stringContaining("error: WARM_GITLAB_TOKEN is not set"),
    ]);
    const old = await plan("first", 14, { WARM_GITLAB_TOKEN: "expired-token" });
    expect([old.code, old.output]).toEqual([
      1,
      expect.stringMatching(/^error: GET .*HTTP 401: 401 Unauthorized$/m),
    ]);
    expect(old.output).not.toContain("expired-token");
  });

  it("apply the plan that was reviewed and nothing else, and tell the merge request", async () => {
    const direct = await apply(hosts.push("main", { "NOTES.md": "pushed" }));
    expect([direct.code, direct.output]).toEqual([1, expect.stringContaining("came with no merge request")]);

    hosts.push("make", { "warm.yaml": project.yaml });
    await plan("make", 22);
    const [reviewed = ""] = ours("merge_requests/22");
    const sha = merge("make", 22);
    gitlab.say("merge_requests/23", MALLORY, reviewed);
    const about = {
      target_branch: "main",
      sha: "0".repeat(40),
      squash_commit_sha: null,
      state: "merged",
    } as const;
    const requests = gitlab.requests.get(sha) ?? [];
    gitlab.requests.set(sha, [{ ...about, iid: 23, merge_commit_sha: sha }]);
    const forged = await apply(sha);
    expect([forged.code, forged.output]).toEqual([
      1,
      expect.stringContaining("has no plan of warm.yaml that our account noted"),
    ]);
    expect(await container()).toBe(undefined);

    gitlab.requests.set(sha, requests);
    const applied = await apply(sha);
    expect(applied.code, applied.output).toBe(0);
    expect((await container())?.State).toBe("running");
    const [plan_, told, ...more] = ours("merge_requests/22");
    expect([plan_, more]).toEqual([reviewed, []]);
    expect(told).toMatch(/^<!-- warm:apply .* -->\n### warm apply: applied\n/);
    expect(told).toContain("https://gitlab.example/acme/hosts/-/jobs/9");
    const again = await apply(hosts.push("main", { "NOTES.md": "more" }));
    expect(again.code, again.output).toBe(0);
  });

  it("apply nothing when the host has moved since, say what would be done now, and take that digest by hand", async () => {
    hosts.push("change", { "warm.yaml": `${project.yaml}    env: { LEVEL: info }\n` });
    await plan("change", 24);
    const sha = merge("change", 24);
    const before = await container();
    await sandbox.docker.getContainer(before?.Id ?? "").stop({ t: 0 });
    const stale = await apply(sha);
    expect(stale.code).toBe(5);
    expect([(await container())?.Id, (await container())?.State]).toEqual([before?.Id, "exited"]);
    const [, told = ""] = ours("merge_requests/24");
    expect(told).toContain("the host has moved since the review; nothing was applied");
    const now = /^Digest now: `(p1:[0-9a-f]+)`$/m.exec(told)?.[1] ?? "";
    expect((await apply(sha, { WARM_DIGEST: now, WARM_ONLY: "other.yaml" })).output).toBe(
      "Only other.yaml is asked for.\n",
    );
    const byHand = await apply(sha, { WARM_DIGEST: now });
    expect(byHand.code, byHand.output).toBe(0);
    expect((await container())?.State).toBe("running");
    expect((await apply(sha, { WARM_DIGEST: "p1:; touch pwned" })).output).toContain(
      "is no digest of a plan",
    );
  });

  it("open one issue while there is drift, update it, leave those of others, and close it", async () => {
    expect((await drift()).code).toBe(0);
    expect(gitlab.issues).toEqual([]);
    await sandbox.docker.getContainer(project.container).remove({ force: true });
    const first = await drift();
    expect(first.code, first.output).toBe(0);
    const [issue] = gitlab.issues;
    expect(issue).toMatchObject({ title: "Drift: warm.yaml (prod)", labels: ["warm-drift"], author: BOT });
    expect(issue?.description).toContain(project.container);
    if (issue === undefined) return;

    const [text] = [issue.description];
    const forged = { ...issue, id: 1, iid: 1, author: MALLORY };
    const second = { ...issue, id: 9001, iid: 9001 };
    gitlab.issues.unshift(forged);
    gitlab.issues.push(second);
    issue.description = `${text.split("\n")[0]}\nof yesterday`;
    expect((await drift()).code).toBe(0);
    expect(issue.description).toBe(text);
    expect([forged.state, issue.state, second.state]).toEqual(["opened", "opened", "closed"]);
    expect(ours("issues/9001")).toEqual([`The same as #${issue.iid}.`]);

    const away = await drift({ DOCKER_HOST: "unix:///nowhere.sock" });
    expect([away.code, issue.state]).toEqual([1, "opened"]);
    const file = join(hosts.checkout("main"), "warm.yaml");
    expect((await sandbox.call(["--file", file, "apply", "--auto-approve"])).code).toBe(0);
    expect((await drift()).code).toBe(0);
    expect([forged.state, issue.state]).toEqual(["opened", "closed"]);
    expect(ours(`issues/${issue.iid}`)).toEqual([
      "The host is as `warm.yaml` says: [the job](https://gitlab.example/acme/hosts/-/jobs/9).",
    ]);
    expect(gitlab.orders).toEqual([]);
  });
});
