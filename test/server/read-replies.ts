/** One reply as it stands in the bytes of a connection. */
export interface RawReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * All replies that a connection has brought, without interim ones.
 * @throws Error when something in it is no whole reply
 */
export function readReplies(bytes: Buffer): RawReply[] {
  const replies: RawReply[] = [];
  for (let rest = bytes.toString("latin1"); rest !== ""; ) {
    const headEnd = rest.indexOf("\r\n\r\n");
    const [, status] = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(rest) ?? [];
    if (headEnd === -1 || status === undefined)
      throw new Error(`no reply: ${JSON.stringify(rest.slice(0, 300))}`);
    const headers = readHeaders(rest.slice(0, headEnd).split("\r\n").slice(1));
    const [body, next] = readBody(headers, rest.slice(headEnd + 4), Number(status));
    if (Number(status) >= 200)
      replies.push({ status: Number(status), headers, body: Buffer.from(body, "latin1").toString() });
    rest = next;
  }
  return replies;
}

const readHeaders = (lines: readonly string[]) =>
  Object.fromEntries(
    lines.map((line) => {
      const [, name = "", value = ""] = /^([\w-]+): ?(.*)$/.exec(line) ?? [];
      if (name === "") throw new Error(`no header: ${JSON.stringify(line)}`);
      return [name.toLowerCase(), value] as const;
    }),
  );

/** @returns the body, and what comes behind it */
function readBody(headers: Readonly<Record<string, string>>, rest: string, status: number): [string, string] {
  if (status < 200 || status === 204 || status === 304) return ["", rest];
  if (headers["transfer-encoding"] === "chunked") return readChunks(rest);
  const length = Number(headers["content-length"]);
  if (!(length <= rest.length)) throw new Error(`a body is cut off: ${JSON.stringify(rest.slice(0, 300))}`);
  return [rest.slice(0, length), rest.slice(length)];
}

function readChunks(text: string): [string, string] {
  let [body, rest] = ["", text];
  for (;;) {
    const [head = "", hex = ""] = /^([0-9a-f]+)\r\n/i.exec(rest) ?? [];
    const size = Number.parseInt(hex, 16);
    if (head === "" || rest.slice(head.length + size, head.length + size + 2) !== "\r\n")
      throw new Error(`no chunk: ${JSON.stringify(rest.slice(0, 300))}`);
    body += rest.slice(head.length, head.length + size);
    rest = rest.slice(head.length + size + 2);
    if (size === 0) return [body, rest];
  }
}
