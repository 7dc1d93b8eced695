import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { findVolume, mountBy } from "../sessions/session-project.js";
import { projectYaml } from "../templates/template-project.js";
import { eventually, expectKillHealed, isRunning, namesOf } from "../watch/watched-project.js";
import { emptyYaml, watchAndAsk } from "./asked-watcher.js";
import { templateVersion } from "./template-version.js";

it("a cyanprint client warms a template and a session at once, as it does, and takes the session back", async () => {
  await using sandbox = await createSandbox();
  const { id, container, volume } = namesOf(sandbox, "asked-for");
  const [image, blob] = [await sandbox.image("template"), await sandbox.image("blob")];
  sandbox.writeConfig(emptyYaml(sandbox));
  await using watching = await watchAndAsk(sandbox);
  const body = templateVersion(id, { image, blob }, { processors: [image], plugins: [blob] });

  const [template, session] = await Promise.all([
    watching.ask("POST", "/template/warm", { body }),
    watching.ask("POST", "/executor/Ab3dEf6hIj/warm", { body }),
  ]);
  expect([template.status, template.json()]).toEqual([200, { status: "OK" }]);
  expect([session.status, session.json()]).toEqual([
    200,
    { session_id: "Ab3dEf6hIj", vol_ref: { cyan_id: id, session_id: "Ab3dEf6hIj" } },
  ]);
  expect(await isRunning(sandbox, container)).toBe(true);
  const labels = (await findVolume(sandbox, volume))?.Labels;
  expect(labels).toMatchObject({ "warm.project": sandbox.project, "cyanprint.dev": "true" });
  expect(await findVolume(sandbox, `${volume}-Ab3dEf6hIj`)).toBeDefined();

  // What is asked for is kept like what the file declares, and no command takes it for an orphan.
  await expectKillHealed(sandbox, container);
  await watching.quiet();
  expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  expect((await watching.ask("POST", "/template/warm", { body })).status).toBe(200);

  const gone = await watching.ask("DELETE", "/executor/Ab3dEf6hIj");
  expect([gone.status, gone.json()]).toEqual([200, { status: "OK" }]);
  expect(await findVolume(sandbox, `${volume}-Ab3dEf6hIj`)).toBeUndefined();
  expect((await watching.ask("DELETE", "/executor/never-there")).json()).toEqual({ status: "OK" });
  await eventually(() => readdirSync(join(sandbox.dir, ".warm", "requests")).length === 1);
  expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
});

it("many clients that ask for one template at once share one flight, and each gets one answer", async () => {
  await using sandbox = await createSandbox();
  const { id, container, address } = namesOf(sandbox, "asked-for");
  const body = templateVersion(id, {
    image: await sandbox.image("template"),
    blob: await sandbox.image("blob"),
  });
  sandbox.writeConfig(emptyYaml(sandbox));
  await using watching = await watchAndAsk(sandbox);
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => watching.ask("POST", "/template/warm", { body })),
  );
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
    new Set(['200 {"status":"OK"}']),
  );
  expect(await isRunning(sandbox, container)).toBe(true);
  const made = watching
    .lines()
    .filter(({ msg, address: about }) => msg === "change applied" && about === address);
  expect(made).toHaveLength(1);
});

it("a watcher that is killed once it has accepted a request makes it so after its restart", async () => {
  await using sandbox = await createSandbox();
  const { id, container } = namesOf(sandbox, "asked-for");
  const body = templateVersion(id, {
    image: await sandbox.image("template"),
    blob: await sandbox.image("blob"),
  });
  sandbox.writeConfig(emptyYaml(sandbox));
  const first = await watchAndAsk(sandbox);
  const asked = first.ask("POST", "/template/warm", { body }).catch(() => undefined);
  const requests = join(sandbox.dir, ".warm", "requests");
  await eventually(() => existsSync(join(requests, `template-${id}.json`)));
  first.warm.child.kill("SIGKILL");
  await asked;
  expect(JSON.parse(readFileSync(join(requests, `template-${id}.json`), "utf8"))).toMatchObject({ id });
  // Its lock would expire in half a minute.
  await sandbox.call(["lock", "break", "--force"]);
  await using second = await watchAndAsk(sandbox);
  await eventually(
    () => isRunning(sandbox, container),
    () => second.warm.output.stderr,
    60_000,
  );
  expect((await second.ask("POST", "/template/warm", { body })).json()).toEqual({ status: "OK" });
});

it("a request that contradicts the file is refused with the line that it contradicts", async () => {
  await using sandbox = await createSandbox();
  const { id } = namesOf(sandbox, "declared");
  const [image, blob] = [await sandbox.image("template"), await sandbox.image("blob")];
  sandbox.writeConfig(projectYaml(sandbox, { [id]: { image, blob } }));
  await using watching = await watchAndAsk(sandbox);
  const other = templateVersion(id, { image: image.replace(/:1$/, ":2"), blob });
  const refused = await watching.ask("POST", "/template/warm", { body: other });
  expect(refused.status).toBe(409);
  expect(refused.headers["content-type"]).toMatch(/^application\/problem\+json/);
  expect(refused.json()).toMatchObject({
    ...{ code: "name-conflict", status: 409, title: "Conflict", trace_id: expect.any(String) },
    detail: `template ${id} is declared otherwise at warm.yaml:7: its image is ${image}`,
    data: [`template ${id} is declared otherwise at warm.yaml:7: its image is ${image}`],
  });
  // The same as the file says is fine, and is not written down beside it.
  const same = await watching.ask("POST", "/template/warm", { body: templateVersion(id, { image, blob }) });
  expect([same.status, same.text]).toEqual([200, '{"status":"OK"}']);
  expect(() => readdirSync(join(sandbox.dir, ".warm", "requests"))).toThrow("ENOENT");
});

it("a request for an image that nobody has fails with the reason, at once, and once", async () => {
  await using sandbox = await createSandbox();
  const { id } = namesOf(sandbox, "asked-for");
  sandbox.writeConfig(emptyYaml(sandbox));
  await using watching = await watchAndAsk(sandbox);
  const image = `${sandbox.registry.host}/${sandbox.id}/nothing:1`;
  const body = templateVersion(id, { image, blob: image });
  const failed = await watching.ask("POST", "/template/warm", { body });
  expect(failed.status).toBe(502);
  expect(failed.json()).toMatchObject({ code: "image-not-found", address: `image.${image}` });
  expect(failed.json().data).toEqual([failed.json().detail]);
  expect(failed.text).not.toContain(sandbox.dir);
});

it("a request that nobody renews is over after its time, and what it made goes", async () => {
  await using sandbox = await createSandbox();
  const { id, container, volume } = namesOf(sandbox, "asked-for");
  const images = { image: await sandbox.image("template"), blob: await sandbox.image("blob") };
  sandbox.writeConfig(emptyYaml(sandbox, "requests: { ttl: 4s, sessionTtl: 4s }"));
  await using watching = await watchAndAsk(sandbox);
  const body = templateVersion(id, images);
  expect((await watching.ask("POST", "/template/warm", { body })).status).toBe(200);
  expect((await watching.ask("POST", "/executor/s1/warm", { body })).status).toBe(200);
  await eventually(async () => !(await isRunning(sandbox, container)), undefined, 15_000);
  await eventually(async () => (await findVolume(sandbox, volume)) === undefined);
  await eventually(async () => (await findVolume(sandbox, `${volume}-s1`)) === undefined);
  await eventually(() => readdirSync(join(sandbox.dir, ".warm", "requests")).length === 0);
  expect(watching.lines().some(({ msg }) => msg === "guard refused")).toBe(false);
});

it("a session whose volume somebody still uses is forgotten at once, and its volume goes when it is free", async () => {
  await using sandbox = await createSandbox();
  const { id, volume } = namesOf(sandbox, "asked-for");
  const image = await sandbox.image("template", { to: "both" });
  sandbox.writeConfig(emptyYaml(sandbox));
  await using watching = await watchAndAsk(sandbox);
  const body = templateVersion(id, { image, blob: image });
  await watching.ask("POST", "/executor/s1/warm", { body });
  const stranger = await mountBy(sandbox, image, `${volume}-s1`);
  const gone = await watching.ask("DELETE", "/executor/s1", { headers: { prefer: "wait=1" } });
  expect([gone.status, gone.json()]).toEqual([200, { status: "OK" }]);
  expect(await findVolume(sandbox, `${volume}-s1`)).toBeDefined();
  await stranger.remove({ force: true });
  await eventually(async () => (await findVolume(sandbox, `${volume}-s1`)) === undefined);
});

it("a template that runs and does not answer any more is made anew before it is called warm", async () => {
  await using sandbox = await createSandbox();
  const { id, container } = namesOf(sandbox, "asked-for");
  const body = templateVersion(id, {
    image: await sandbox.image("template"),
    blob: await sandbox.image("blob"),
  });
  sandbox.writeConfig(emptyYaml(sandbox));
  await using watching = await watchAndAsk(sandbox);
  await watching.ask("POST", "/template/warm", { body });
  const before = (await sandbox.docker.getContainer(container).inspect()).Id;
  // Docker itself sees nothing wrong with it.
  const freeze = "cd /proc; for n in [0-9]*; do test $n = 1 || test $n = $$ || kill -STOP $n; done";
  const exec = await sandbox.docker.getContainer(container).exec({ Cmd: ["sh", "-c", freeze] });
  await exec.start({});
  await eventually(async () => !(await exec.inspect()).Running);
  const answer = await watching.ask("POST", "/template/warm", { body });
  expect([answer.status, answer.text]).toEqual([200, '{"status":"OK"}']);
  expect((await sandbox.docker.getContainer(container).inspect()).Id).not.toBe(before);
});
