import { isIP } from "node:net";
import { hostname } from "node:os";

/** A header as it was sent; a list when it was sent more than once. */
type Header = string | readonly string[] | undefined;

export interface Claims {
  /** `message.headers` holds the first of many: only `headersDistinct` tells that there are more. */
  readonly host: Header;
  readonly origin: Header;
  readonly secFetchSite: Header;
}

/**
 * Why a request may come from a page of the web, which runs in somebody's browser and reaches what that machine reaches;
 * undefined when it cannot.
 * @param allowedHosts names under which it may be asked, without a port
 */
export function refuseForeign(
  { host, origin, secFetchSite }: Claims,
  allowedHosts: readonly string[],
): string | undefined {
  // Where proxies and we might go by different ones of two, neither counts.
  const told = typeof host === "object" && host.length === 1 ? host[0] : host;
  const name = typeof told === "string" ? readHost(told) : undefined;
  if (typeof told !== "string" || name === undefined) return "the request has no proper Host";
  // DNS rebinding: a page's own name is made to lead here, and its browser takes us for the page's own server. That needs a
  // public name; no page has one of these.
  if (!isOwnName(name, allowedHosts)) return `this is not ${name.slice(0, 100)}`;
  // A form or a script of another page: browsers say where it comes from, and programs do not.
  if (origin !== undefined && !isSameOrigin(origin, told)) return "requests from web pages are not answered";
  // An image, a link or a fetch without CORS carries no Origin, but this.
  if (secFetchSite !== undefined && secFetchSite !== "none" && secFetchSite !== "same-origin")
    return "requests from web pages are not answered";
  return undefined;
}

/** The name of `name:port`, `1.2.3.4` or `[::1]:80`, in lower case and without brackets. */
function readHost(host: string): string | undefined {
  const [, v6, name] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+))(?::\d{1,5})?$/.exec(host) ?? [];
  if (v6 !== undefined) return isIP(v6) === 6 ? v6.toLowerCase() : undefined;
  return name?.toLowerCase();
}

function isOwnName(name: string, allowedHosts: readonly string[]): boolean {
  return (
    isIP(name) !== 0 ||
    // Of this machine, or of its own network: there is no domain that somebody could have bought.
    !name.includes(".") ||
    name.endsWith(".localhost") ||
    name === hostname().toLowerCase() ||
    allowedHosts.some((allowed) => allowed.toLowerCase() === name)
  );
}

/** `null`, which sandboxed pages and files send, is nobody's origin. */
function isSameOrigin(origin: Header, host: string): boolean {
  return origin === `http://${host.toLowerCase()}` || origin === `https://${host.toLowerCase()}`;
}
