import { addressOf, sessionVolumeName, stripDashes, templateVolumeName } from "../model/names.js";
import type { Address } from "../model/resource.js";
import { imageAddress } from "./compile-parts.js";
import type { Config } from "./config.js";

/**
 * What each session works with, as addresses: its template's volume and the images of its processors and plugins. Its own
 * volume waits for none of them, so the resources do not say it.
 */
export function linkSessions({
  sessions,
  prefix,
}: Config): { readonly from: Address; readonly to: Address }[] {
  return sessions.flatMap(({ id, template, processors, plugins }) => {
    const tid = stripDashes(template);
    const to = addressOf("volume", sessionVolumeName(prefix, tid, id));
    const images = [...processors, ...plugins].map(imageAddress);
    const from = [addressOf("volume", templateVolumeName(prefix, tid)), ...images];
    return from.map((address) => ({ from: address, to }));
  });
}
