import { isIP } from "node:net";
import { WarmError } from "../../errors.js";

export interface ListenAddress {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Nobody else's machine reaches it. */
const SAFE_HOST = "127.0.0.1";
const MAX_PORT = 65_535;
const FORM = /^(?:\[(?<v6>[^[\]]*)\]|(?<name>[^:[\]]*)):(?<port>\d{1,8})$/;
const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
/** Systems take a name that ends so for an address, each by rules of its own: `127.1`, `0`, `0x7f000001`. */
const NUMERIC = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;

/**
 * `127.0.0.1:7077`, `[::1]:7077`, `localhost:7077`; without a host it is 127.0.0.1.
 * @throws WarmError `usage`
 */
export function parseListenAddress(text: string): ListenAddress {
  const { v6, name = "", port = "" } = FORM.exec(text)?.groups ?? {};
  if (port === "") throw refuse(text, findMistake(text));
  if (Number(port) > MAX_PORT) throw refuse(text, `a port is at most ${MAX_PORT}`);
  if (v6 !== undefined && isIP(v6) !== 6) throw refuse(text, "what stands in brackets is no IPv6 address");
  if (v6 === undefined && name !== "" && !isHost(name))
    throw refuse(text, "it has neither an address nor a name");
  return { host: v6 ?? (name === "" ? SAFE_HOST : name), port: Number(port) };
}

const isHost = (name: string) => (NUMERIC.test(name) ? isIP(name) === 4 : NAME.test(name));

function findMistake(text: string): string {
  if (text.includes("://")) return "it is a URL";
  if (text.includes("/")) return "it is a path, and the socket is there without being asked for";
  if (isIP(text) === 6 || /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(text))
    return "an IPv6 address stands in brackets, with a port behind them";
  if (/:-?\d+$/.test(text)) return "it is no host and port";
  return "it names no port";
}

/** What has an `@` may hold a password. */
const refuse = (text: string, why: string) =>
  new WarmError(
    "usage",
    `cannot listen at ${text.includes("@") ? "this" : `\`${text.slice(0, 100)}\``}: ${why}`,
    {
      hint: "write it as `127.0.0.1:7077` or `[::1]:7077`",
    },
  );
