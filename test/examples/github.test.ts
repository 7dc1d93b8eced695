import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../scenarios/templates/template-project.js";
import { findCiTools, whyNot } from "./forge/ci-tools.js";
import { ACTIONS, type GitHub, startGitHub, type User } from "./forge/github-server.js";
import { createHostsRepository, type HostsRepository } from "./forge/hosts-repository.js";
import { bash, type JobRun, runJob } from "./forge/run-job.js";
import { makeWarmCommand } from "./forge/warm-command.js";
import { evaluate, readWorkflow } from "./forge/workflow.js";

const example = resolve("examples/github");
const [TOKEN, READ_ONLY] = ["token-of-the-run", "token-of-a-fork"];
const MALLORY: User = { login: "mallory", type: "User" };
const OTHER_BOT: User = { login: "other[bot]", type: "Bot" };
/** A name that would do something, were it ever read by a shell. */
const HOSTILE_FILE = "hosts/it's $(touch pwned) `touch pwned` \"%0A::error::x.yaml";

const tools = findCiTools();

describe.skipIf("missing" in tools)(`the GitHub workflows${whyNot(tools)}`, () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  let github: GitHub;
  let hosts: HostsRepository;
  let runner: Record<string, string>;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox);
    github = await startGitHub({
      [TOKEN]: { user: ACTIONS, canWrite: true },
      [READ_ONLY]: { user: ACTIONS, canWrite: false },
    });
    hosts = createHostsRepository(sandbox.dir, {
      ".github/workflows": join(example, "workflows"),
      ".github/scripts": join(example, "scripts"),
      "warm.yaml": join(sandbox.dir, "warm.yaml"),
    });
    const path = [makeWarmCommand(sandbox.dir), "dir" in tools ? tools.dir : "", process.env.PATH];
    const own = { PATH: path.join(":"), HOME: sandbox.dir, TMPDIR: sandbox.dir, LANG: "C.UTF-8" };
    runner = { ...own, GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "acme/hosts" };
  });
  afterAll(async () => {
    await github.stop();
    await sandbox.dispose();
  });

  interface RunOptions {
    readonly file?: string;
    readonly token?: string;
    readonly vars?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly inputs?: Readonly<Record<string, string>>;
    readonly sha?: string;
    /** Default: `warm` is on the runner. */
    readonly isSetUp?: boolean;
  }

  async function run(
    workflow: "plan" | "apply" | "drift",
    job: string,
    revision: string,
    pull = 0,
    options: RunOptions = {},
  ): Promise<JobRun & { dir: string }> {
    const dir = hosts.checkout(revision);
    const declared = readWorkflow(join(dir, `.github/workflows/warm-${workflow}.yml`)).jobs[job];
    if (declared === undefined) throw new Error(`no job ${job}`);
    const [entry] = declared.strategy.matrix.include;
    const { file = "warm.yaml", token = TOKEN, vars, secrets = {}, inputs = {}, sha = revision } = options;
    const context = {
      github: {
        token,
        sha,
        ref_name: "main",
        repository: "acme/hosts",
        server_url: "https://github.example",
        run_id: "7",
        event: { pull_request: { number: pull } },
      },
      vars: { WARM_DOCKER_HOST: `unix://${sandbox.socketPath}`, ...vars },
      secrets,
      matrix: { ...entry, file },
      inputs,
    };
    const without = options.isSetUp === false ? [] : ["set up"];
    return { ...(await runJob(declared, { dir, context, env: runner, without })), dir };
  }

  const plan = (branch: string, pull: number, options?: RunOptions) =>
    run("plan", "plan", branch, pull, options);
  const apply = (sha: string, options?: RunOptions) => run("apply", "apply", sha, 0, options);
  const drift = (options?: RunOptions) => run("drift", "drift", "main", 0, options);
  /** The branch's pull request is merged: what is pushed to main then. */
  const merge = (branch: string, pull: number) => {
    const sha = hosts.merge(branch);
    const base = { ref: "main" };
    const other = { number: pull + 500, merged_at: null, merge_commit_sha: "0".repeat(40), base };
    const elsewhere = {
      number: 1,
      merged_at: "2026-01-01T00:00:00Z",
      merge_commit_sha: "1".repeat(40),
      base,
    };
    const merged = { number: pull, merged_at: "2026-01-02T00:00:00Z", merge_commit_sha: sha, base };
    github.pulls.set(sha, [other, elsewhere, merged]);
    return sha;
  };
  const ours = (issue: number) =>
    github.comments.filter((one) => one.issue === issue && one.user === ACTIONS).map(({ body }) => body);
  const withEnv = (level: string) => `${project.yaml}    env: { LEVEL: ${level} }\n`;
  const containers = async () => {
    const found = await sandbox.docker.listContainers({ all: true });
    return found.filter(({ Names }) => Names.some((name) => name.startsWith(`/${project.container}`)));
  };

  describe("of a pull request", () => {
    it("comment the plan, and the next push updates that very comment", async () => {
      hosts.push("first", { "README.md": "hosts" });
      const first = await plan("first", 11);
      expect(first.isFailed, first.log).toBe(false);
      const [body = "", ...more] = ours(11);
      expect(more).toEqual([]);
      expect(body).toMatch(
        new RegExp(`^<!-- warm:plan project=${sandbox.project} file=warm.yaml environment=prod -->\n`),
      );
      expect(body).toContain(project.container);
      expect(first.summary).toBe(body);
      const saved = JSON.parse(await readFile(join(first.dir, "warm-plan/plan.json"), "utf8"));
      expect(first.outputs.plan).toEqual({ exitcode: "2", changes: "true", digest: saved.digest });
      expect(body.split("\n")[1]).toBe(`<!-- warm:digest ${saved.digest} -->`);

      hosts.push("first", { "warm.yaml": withEnv("debug") });
      const second = await plan("first", 11);
      expect(second.isFailed, second.log).toBe(false);
      expect(second.outputs.plan?.digest).not.toBe(saved.digest);
      expect(ours(11)).toEqual([second.summary]);
    });

    it("touch no comment of another account, whatever it says", async () => {
      const [body = ""] = ours(11);
      const forged = [MALLORY, OTHER_BOT, { ...MALLORY, login: ACTIONS.login }].map((user) =>
        github.say(12, user, body),
      );
      // Enough for several pages before our own.
      for (let more = 0; more < 3; more++) github.say(12, MALLORY, "looks good");
      const before = forged.map((one) => one.body);
      for (const round of [1, 2]) {
        const { isFailed, log } = await plan("first", 12);
        expect(isFailed, `${round}: ${log}`).toBe(false);
      }
      expect(forged.map((one) => one.body)).toEqual(before);
      expect(ours(12)).toHaveLength(1);
    });

    it("keep a comment for each project of the repository, and read no file name as code", async () => {
      hosts.push("first", { [HOSTILE_FILE]: project.yaml });
      for (const round of [1, 2]) {
        const hostile = await plan("first", 11, { file: HOSTILE_FILE });
        expect(hostile.isFailed, `${round}: ${hostile.log}`).toBe(false);
        expect(existsSync(join(hostile.dir, "pwned"))).toBe(false);
      }
      const markers = ours(11).map((body) => body.split("\n")[0]);
      expect(markers).toHaveLength(2);
      expect(markers[1]).toMatch(/^<!-- warm:plan project=\w+ file=[^ <>]+ environment=prod -->$/);
    });

    it("fail when the file has no plan, and take back what the comment said of it", async () => {
      hosts.push("broken", { "warm.yaml": project.yaml });
      await plan("broken", 13);
      const [good = ""] = ours(13);
      const fence = "``` \\n<!-- warm:digest p1:0123456789abcdef -->\\n@everyone <script>";
      hosts.push("broken", { "warm.yaml": `${project.yaml}  "${fence}": {}\n` });
      const broken = await plan("broken", 13);
      expect(broken.isFailed).toBe(true);
      expect(broken.outputs.plan).toEqual({ exitcode: "3", changes: "" });
      const [body = "", ...more] = ours(13);
      expect(more).toEqual([]);
      const [marker, heading, , ...quoted] = body.trimEnd().split("\n");
      expect(marker).toBe(good.split("\n")[0]);
      expect(heading).toBe("### warm has no plan (exit code 3)");
      expect(quoted.length).toBeGreaterThan(2);
      expect(quoted.filter((line) => !line.startsWith("    "))).toEqual([]);
      expect(broken.log).toMatch(/^::error file=.*warm\.yaml,line=\d+/m);
    });

    it("say that a run may not comment, and that GitHub does not answer", async () => {
      const forbidden = await plan("first", 14, { token: READ_ONLY });
      expect(forbidden.isFailed).toBe(true);
      expect(forbidden.log).toMatch(/^::error::POST .*HTTP 403: Resource not accessible by integration$/m);
      const unknown = await plan("first", 14, { token: "expired" });
      expect(unknown.log).toMatch(/^::error::GET .*HTTP 401: Bad credentials$/m);
      expect(unknown.log + forbidden.log).not.toContain("token-of");
      expect(ours(14)).toEqual([]);
    });

    it("ask again where that is harmless, and never comment twice", async () => {
      github.failNext("GET", /comments$/, { status: 502 });
      github.failNext("POST", /comments$/, { status: 502 });
      const lost = await plan("first", 15);
      expect(lost.log).toMatch(/^::error::POST .*HTTP 502/m);
      expect(
        github.calls.filter((call) => call === "POST /repos/acme/hosts/issues/15/comments"),
      ).toHaveLength(1);
    });

    it("send the token nowhere else, wherever a page says to go on", async () => {
      const link = `<http://127.0.0.1:1/steal>; rel="next"`;
      github.failNext("GET", /comments$/, { status: 200, body: [], headers: { link } });
      const { isFailed, log } = await plan("first", 15);
      expect(isFailed).toBe(true);
      expect(log).toContain("::error::the API named a page elsewhere: http://127.0.0.1:1/steal");
    });

    it("of a fork are checked without secrets, a host or a comment", async () => {
      const before = github.calls.length;
      const vars = { WARM_DOCKER_HOST: "unix:///nowhere.sock" };
      const { isFailed, log, summary } = await run("plan", "offline", "first", 16, { vars, token: "" });
      expect(isFailed, log).toBe(false);
      expect(summary).toMatch(/^<!-- warm:plan /);
      expect(summary).not.toContain("warm:digest");
      expect(github.calls.length).toBe(before);
    });

    it("run in one of the two jobs: with secrets for branches, without for forks and Dependabot", () => {
      const { jobs } = readWorkflow(join(example, "workflows/warm-plan.yml"));
      const names = (repo: string, login: string) =>
        Object.entries(jobs).flatMap(([name, job]) => {
          const pull_request = { head: { repo: { full_name: repo } }, user: { login } };
          const context = { github: { repository: "acme/hosts", event: { pull_request } } };
          return evaluate((job.if ?? "").trim(), context) === true ? [name] : [];
        });
      expect(names("acme/hosts", "ann")).toEqual(["plan"]);
      expect(names("mallory/hosts", "mallory")).toEqual(["offline"]);
      expect(names("acme/hosts", "dependabot[bot]")).toEqual(["offline"]);
      expect(JSON.stringify(jobs.offline)).not.toMatch(/secrets\.|token|write/);
    });
  });

  describe("on a runner", () => {
    it("use the warm that is there", async () => {
      const { isFailed, log } = await run("plan", "offline", "main", 0, { isSetUp: false });
      expect(isFailed, log).toBe(false);
      expect(log).toMatch(/^\d+\.\d+\.\d+\n/);
    });

    it("say what to set where there is none, instead of installing whatever has that name", async () => {
      const env = { ...runner, PATH: runner.PATH?.split(":").slice(1).join(":") ?? "" };
      const dir = hosts.checkout("main");
      const { code, output } = await bash([".github/scripts/warm-setup.sh"], dir, env);
      expect(code).toBe(1);
      expect(output).toMatch(
        /^::error::there is no warm on this runner: set the repository variable WARM_PACKAGE/,
      );
    });

    it("speak over ssh to nobody whose key is not known", async () => {
      const env = { ...runner, WARM_SSH_KEY: "x" };
      const { code, output } = await bash([".github/scripts/warm-setup.sh"], hosts.checkout("main"), env);
      expect(code).toBe(1);
      expect(output).toContain("::error::WARM_SSH_KNOWN_HOSTS is empty");
    });
  });

  describe("of a merge", () => {
    it("apply nothing that nobody has reviewed", async () => {
      const direct = await apply(hosts.push("main", { "NOTES.md": "pushed" }));
      expect(direct.isFailed).toBe(true);
      expect(direct.log).toContain("came with no pull request");

      hosts.push("forged", { "NOTES.md": "forged" });
      const planned = await plan("forged", 20);
      const [body = ""] = ours(20);
      for (const user of [MALLORY, OTHER_BOT]) github.say(21, user, body);
      const unreviewed = await apply(merge("forged", 21));
      expect(planned.isFailed).toBe(false);
      expect(unreviewed.isFailed).toBe(true);
      expect(unreviewed.log).toContain(
        "pull request 21 has no plan of warm.yaml that this workflow commented",
      );
      expect(await containers()).toEqual([]);
    });

    it("apply the plan that was reviewed, and tell the pull request", async () => {
      hosts.push("make", { "warm.yaml": project.yaml });
      const planned = await plan("make", 22);
      const sha = merge("make", 22);
      const { isFailed, log } = await apply(sha);
      expect(isFailed, log).toBe(false);
      expect(await containers()).toHaveLength(1);
      const told = ours(22).filter((body) => body.startsWith("<!-- warm:apply "));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain("### warm apply: applied");
      expect(told[0]).toContain(planned.outputs.plan?.digest);
      expect(told[0]).toContain("https://github.example/acme/hosts/actions/runs/7");

      // Again, and for a commit that nobody had to review: there is nothing to do.
      for (const commit of [sha, hosts.push("main", { "NOTES.md": "more" })]) {
        const again = await apply(commit);
        expect(again.isFailed, again.log).toBe(false);
        expect(again.summary).toContain("### warm apply: nothing to change");
      }
    });

    it("apply nothing when the host has moved since, say what would be done now, and take that digest by hand", async () => {
      hosts.push("change", { "warm.yaml": withEnv("info") });
      const planned = await plan("change", 23);
      const sha = merge("change", 23);
      const [before] = await containers();
      await sandbox.docker.getContainer(before?.Id ?? "").stop({ t: 0 });
      const stale = await apply(sha);
      expect(stale.isFailed).toBe(true);
      expect(stale.steps.at(-1)).toEqual({ name: "apply", code: 5 });
      expect((await containers()).map(({ Id, State }) => [Id, State])).toEqual([[before?.Id, "exited"]]);
      const [review, told = "", ...more] = ours(23);
      expect(review).toBe(planned.summary);
      expect(more).toEqual([]);
      expect(told).toContain("### warm apply: the host has moved since the review; nothing was applied");
      expect(told).toContain(project.container);
      const now = /^Digest now: `(p1:[0-9a-f]+)`$/m.exec(told)?.[1] ?? "";
      expect(now).not.toBe(planned.outputs.plan?.digest);

      const other = await apply(sha, { inputs: { file: "other.yaml", digest: now } });
      expect(other.log).toMatch(/Only other\.yaml is asked for\.\n$/);
      const byHand = await apply(sha, { inputs: { file: "warm.yaml", digest: now } });
      expect(byHand.isFailed, byHand.log).toBe(false);
      expect((await containers()).map(({ State }) => State)).toEqual(["running"]);
    });

    it("go back to what was applied before when the new file fails for good, and say so", async () => {
      const [before] = await containers();
      hosts.push("bad", { "warm.yaml": project.yaml.replace(project.image, `${project.image}-missing`) });
      await plan("bad", 24);
      const bad = await apply(merge("bad", 24));
      expect(bad.isFailed).toBe(true);
      expect(ours(24)[1]).toContain("Rolled back.");
      expect((await containers()).map(({ ImageID, State }) => [ImageID, State])).toEqual([
        [before?.ImageID, "running"],
      ]);
    });

    it("refuse what is no digest", async () => {
      const { isFailed, log } = await apply("main", {
        inputs: { file: "warm.yaml", digest: "p1:; touch pwned" },
      });
      expect(isFailed).toBe(true);
      expect(log).toContain("::error::p1:; touch pwned is no digest of a plan");
    });
  });

  describe("where a pull request does not reach Docker", () => {
    const vars = { WARM_DOCKER_HOST: "unix:///nowhere.sock" };

    it("plan against a snapshot of the repository", async () => {
      const file = join(sandbox.dir, "host.json");
      const taken = await sandbox.call(["--file", join(sandbox.dir, "warm.yaml"), "snapshot", "--out", file]);
      expect(taken.code, taken.stderr).toBe(0);
      const text = await readFile(file, "utf8");
      hosts.push("snapshot", { "host.json": text, "warm.yaml": withEnv("trace") });
      const { isFailed, log, outputs } = await plan("snapshot", 30, {
        vars: { ...vars, WARM_SNAPSHOT: "host.json" },
      });
      expect(isFailed, log).toBe(false);
      expect(outputs.plan?.digest).toBe((await plan("snapshot", 30)).outputs.plan?.digest);
    });

    it("plan, and look for drift, by a watcher with a token that may only read; apply leaves the host to it", async () => {
      const [TOKENS, read] = [join(sandbox.dir, "tokens"), "r".repeat(32)];
      await writeFile(TOKENS, `read:${read}\n`, { mode: 0o600 });
      const args = ["watch", "--listen", "127.0.0.1:0", "--token-file", TOKENS, "--log-format", "json"];
      const watcher = sandbox.start(["--file", join(hosts.checkout("main"), "warm.yaml"), ...args]);
      const url = await vi.waitFor(() => {
        const [, found = ""] = /"url":"([^"]+)"/.exec(watcher.output.stderr) ?? [];
        expect(found, watcher.output.stderr).not.toBe("");
        return found;
      }, 20_000);
      await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), 20_000);
      const reached = { vars: { ...vars, WARM_URL: url }, secrets: { WARM_READ_TOKEN: read } };
      const planned = await plan("snapshot", 31, reached);
      expect(planned.isFailed, planned.log).toBe(false);
      expect(planned.outputs.plan?.changes).toBe("true");
      const drifted = await drift(reached);
      expect(drifted.isFailed, drifted.log).toBe(false);
      expect(drifted.summary).toContain("<!-- warm:drift ");
      const sha = merge("snapshot", 31);
      const applied = await apply(sha);
      expect(applied.steps.at(-1)).toEqual({ name: "apply", code: 8 });
      expect(ours(31)[1]).toContain("another run, or a watcher, holds the lock; nothing was applied");
      watcher.child.kill("SIGTERM");
      await watcher.result;
      // What was reviewed is as true as before, so that the job may just be run again.
      const again = await apply(sha);
      expect(again.isFailed, again.log).toBe(false);
    });
  });

  describe("on a schedule", () => {
    const open = () => github.issues.filter(({ state, user }) => state === "open" && user === ACTIONS);

    it("open no issue without drift", async () => {
      const before = github.issues.length;
      const { isFailed, log } = await drift();
      expect(isFailed, log).toBe(false);
      expect(github.issues).toHaveLength(before);
    });

    it("open one issue and update it, beside whatever others have marked", async () => {
      const [container] = await containers();
      await sandbox.docker.getContainer(container?.Id ?? "").remove({ force: true });
      const first = await drift();
      expect(first.isFailed, first.log).toBe(false);
      const [issue] = open();
      expect(issue?.title).toBe("Drift: warm.yaml (prod)");
      expect(issue?.labels).toEqual([{ name: "warm-drift" }]);
      expect(issue?.body).toBe(first.summary);
      expect(issue?.body).toContain(project.container);

      // Older ones with the same marker and label, none of which is ours to touch.
      const like = {
        title: "x",
        state: "open" as const,
        labels: issue?.labels ?? [],
        body: issue?.body ?? "",
      };
      github.issues.unshift(
        { ...like, id: 1, number: 1, user: MALLORY },
        { ...like, id: 2, number: 2, user: OTHER_BOT },
        { ...like, id: 3, number: 3, user: { ...ACTIONS }, pull_request: {} },
      );
      if (issue) issue.body = `${issue.body.split("\n")[0]}\nof yesterday`;
      const second = await drift();
      expect(second.isFailed, second.log).toBe(false);
      expect(open()).toEqual([issue]);
      expect(issue?.body).toBe(first.summary);
      expect(github.issues.filter(({ title }) => title === "x").every(({ state }) => state === "open")).toBe(
        true,
      );
    });

    it("leave one open where a run that was cut off left two", async () => {
      const [issue] = open();
      if (issue) github.issues.push({ ...issue, id: 90_001, number: 90_001 });
      const { isFailed, log } = await drift();
      expect(isFailed, log).toBe(false);
      expect(open()).toEqual([issue]);
      expect(ours(90_001)).toEqual([`The same as #${issue?.number}.`]);
    });

    it("change no issue while the host cannot be asked", async () => {
      const { isFailed, log } = await drift({ vars: { WARM_DOCKER_HOST: "unix:///nowhere.sock" } });
      expect(isFailed).toBe(true);
      expect(log).toContain("its drift is not known");
      expect(open()).toHaveLength(1);
    });

    it("close the issue with a word once the host is as it should be", async () => {
      const [issue] = open();
      expect(
        (await sandbox.call(["--file", join(hosts.checkout("main"), "warm.yaml"), "apply", "--auto-approve"]))
          .code,
      ).toBe(0);
      const { isFailed, log } = await drift();
      expect(isFailed, log).toBe(false);
      expect(issue?.state).toBe("closed");
      expect(ours(issue?.number ?? 0)).toEqual([
        "The host is as `warm.yaml` says: [the run](https://github.example/acme/hosts/actions/runs/7).",
      ]);
      const before = github.calls.length;
      await drift();
      expect(github.calls.slice(before).filter((call) => !call.startsWith("GET"))).toEqual([]);
    });
  });
});
