import { afterAll, beforeAll, expect, it } from "vitest";
import type { WarmResult } from "./run-warm.js";
import { createSandbox, type Sandbox } from "./sandbox.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  const { project, prefix, network, registry } = sandbox;
  const image = `${registry.host}/${project}/missing:1`;
  const top = `version: 1\nproject: ${project}\nprefix: ${prefix}\nnetwork: ${network}\n`;
  sandbox.writeConfig(`${top}templates:\n  a: { image: "${image}", blob: "${image}" }\n`);
  sandbox.writeConfig("version: 1\nproject: [\n", "broken.yaml");
  // Makes the network and fails at the image, as each apply after it.
  expect((await sandbox.call(["apply", "--auto-approve"])).code).toBe(6);
});
afterAll(() => sandbox.dispose());

it.each([
  "plan",
  "plan --format json",
  "apply --auto-approve",
  "lock status --json",
  "lock break",
  "plan --target container.nobody",
  "apply missing.plan",
  "-f broken.yaml plan",
  "-f missing.yaml plan",
  "plan -H unix:///nowhere/docker.sock",
])("`warm %s` called in this process says and ends as its own process does", async (command) => {
  const called = await sandbox.call(command.split(" "));
  const started = await sandbox.warm(command.split(" "));
  expect(withoutTimes(called)).toEqual(withoutTimes(started));
});

function withoutTimes({ code, stdout, stderr }: WarmResult) {
  const hide = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b[\d.]+ ?m?s\b/g, "<time>");
  return { code, stdout: hide(stdout), stderr: hide(stderr) };
}
