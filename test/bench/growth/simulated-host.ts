import { writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildWarm } from "../../plan/builders.js";
import { toDockerAnswers } from "./docker-answers.js";
import { loseEverything, readGrown, writeGrown } from "./grown-project.js";

/**
 * Stands for a Docker host with so many resources that match their file: `simulated-host.ts DIR RESOURCES` writes
 * DIR/warm.yaml, answers what reads on DIR/docker.sock and every template's page on a port of this machine, and says
 * `ready`. Whoever follows its events is told at once that everything is lost. What would change it is refused.
 */
const [, , dir = "", resources = ""] = process.argv;

const pages = createServer((_request, response) => void response.end("ok\n"));
await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
const text = writeGrown(Number(resources), (pages.address() as AddressInfo).port);
const desired = await readGrown(text, Number(resources));
const made = buildWarm(desired);
const containers = made.containers.map((container) => ({
  ...container,
  networks: container.networks.map((network) => ({ ...network, address: "127.0.0.1" })),
}));
const answers = new Map(
  Object.entries(toDockerAnswers({ ...made, containers })).map(([path, answer]) => [
    path,
    Buffer.from(JSON.stringify(answer)),
  ]),
);
const losses = Buffer.from(loseEverything(desired));

const daemon = createServer((request, response) => {
  const path = (request.url ?? "").replace(/^\/v1\.\d+/, "").replace(/\?.*$/, "");
  if (request.method !== "GET") return refuse(response, 405);
  if (path === "/events") return void response.writeHead(200).write(losses);
  const answer = answers.get(path);
  if (answer === undefined) return refuse(response, 404);
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": answer.length });
  response.end(answer);
});
writeFileSync(join(dir, "warm.yaml"), text);
daemon.listen(join(dir, "docker.sock"), () => console.log("ready"));

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ message: "simulated: reads only" }));
}
