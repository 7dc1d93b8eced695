import { expect, it } from "vitest";
import { openRcon } from "../../../src/jobs/drivers/rcon-client.js";
import { makeSecret } from "../../../src/model/secret.js";
import { type RconBehaviour, type RconServer, startRconServer } from "./rcon-server.js";

const SECRET = makeSecret("secret", { env: "RCON_PASSWORD" });
const never = () => new AbortController().signal;

const open = ({ port }: Pick<RconServer, "port">, more: { password?: string; cancel?: AbortSignal } = {}) =>
  openRcon({ address: "127.0.0.1", port, password: SECRET, loginMs: 2000, cancel: never(), ...more });

/** What a command is answered with. */
async function ask(behaviour: RconBehaviour, command = "load ä€😀"): Promise<string> {
  await using server = await startRconServer(behaviour);
  const client = await open(server);
  const told: string[] = [];
  const { replied } = await client.send(command, (text) => told.push(text));
  await replied;
  client.close();
  expect(server.commands).toEqual([command, ""]);
  return told.join("");
}

it("a command gets there and its reply comes back, cut at every byte or not at all", async () => {
  expect(await ask({})).toBe("did load ä€😀");
  const eachByte = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte));
  expect(await ask({ cut: eachByte })).toBe("did load ä€😀");
});

it("the connection may be cut at any one place of an answer", async () => {
  const length = "did x".length + 14;
  for (let at = 1; at < length; at += 1) {
    const cut = (bytes: Buffer) =>
      [bytes.subarray(0, at), bytes.subarray(at)].filter((part) => part.length > 0);
    expect(await ask({ cut }, "x")).toBe("did x");
  }
});

it("a reply of many packets is whole, with characters that two of them share", async () => {
  const parts = Array.from({ length: 50 }, (_, index) => `${index} ${"x".repeat(4000)}\n`);
  expect(await ask({ reply: () => parts })).toBe(parts.join(""));
  expect(await ask({ reply: () => parts, cut: (bytes) => [bytes.subarray(0, 7), bytes.subarray(7)] })).toBe(
    parts.join(""),
  );
});

it("a server that sends an empty reply before it takes a password is understood", async () => {
  expect(await ask({ isSource: true }, "x")).toBe("did x");
});

it("a command that is not replied to ends with the reply to the empty one", async () => {
  expect(await ask({ reply: () => [] }, "x")).toBe("");
});

it("a refused password says so and is in no error", async () => {
  await using server = await startRconServer({ password: "another" });
  const error = await open(server, { password: "hunter2" }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "rejected", message: expect.stringContaining("refuses the password") });
  const shown = await open(server).catch((thrown: unknown) => thrown);
  expect(JSON.stringify([error, String(error), shown, String(shown)])).not.toMatch(/hunter2|secret/);
});

it("what is no server of RCON's is told at once: nobody listens, no packets, silence, an end", async () => {
  await using stale = await startRconServer();
  const { port } = stale;
  await stale[Symbol.asyncDispose]();
  await expect(open({ port })).rejects.toMatchObject({
    code: "engine-failed",
    message: expect.stringContaining("nothing listens there"),
  });
  await using other = await startRconServer({ greeting: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") });
  await expect(open(other)).rejects.toMatchObject({
    code: "engine-failed",
    message: expect.stringContaining("none of RCON's"),
  });
  await using silent = await startRconServer({ greeting: Buffer.alloc(0) });
  const late = openRcon({
    ...{ address: "127.0.0.1", port: silent.port, password: "x" },
    loginMs: 100,
    cancel: never(),
  });
  await expect(late).rejects.toMatchObject({
    code: "engine-failed",
    message: expect.stringContaining("in time"),
  });
});

it("a connection that breaks before the reply is whole fails the command, one that is given up is interrupted", async () => {
  const drop = (): readonly string[] => {
    server.drop();
    return [];
  };
  await using server = await startRconServer({ reply: drop });
  const client = await open(server);
  const { replied } = await client.send("x", () => undefined);
  await expect(replied).rejects.toMatchObject({ code: "engine-failed" });
  client.close();
  client.close();
  const gone = new AbortController();
  await using silent = await startRconServer({ greeting: Buffer.alloc(0) });
  const opening = open(silent, { cancel: gone.signal });
  gone.abort();
  await expect(opening).rejects.toMatchObject({ code: "interrupted" });
});
