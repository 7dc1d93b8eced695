import { randomBytes } from "node:crypto";
import { canonicalJson, type Json, sha256 } from "../model/canonical.js";
import type { Address, Desired, Resource } from "../model/resource.js";
import { isSecret } from "../model/secret.js";

/** One key for each resource as the file says it: another key is another spec. */
export type ResourceKeys = ReadonlyMap<Address, string>;

/** @param salt keeps secrets from being guessed by their keys */
export function resourceKeys({ resources }: Desired, salt: string): ResourceKeys {
  const own = new Map(resources.map((resource) => [resource.address, keyOf(resource, salt)]));
  return new Map(
    resources.map((resource) => {
      const key = own.get(resource.address) ?? "";
      // A container is made anew with its volume: what the file newly says of that one, it says of both.
      const volume = resource.kind === "container" ? (own.get(resource.volume) ?? "") : "";
      return [resource.address, key + volume];
    }),
  );
}

function keyOf({ lines: _forPeople, ...resource }: Resource, salt: string): string {
  // A secret writes itself as `(sensitive)`: its value has to be asked for.
  const secrets = "env" in resource ? Object.values(resource.env).filter(isSecret) : [];
  const plain = JSON.parse(JSON.stringify(resource)) as Json;
  return sha256(salt + canonicalJson([plain, secrets.map((secret) => secret.reveal())])).slice(0, 16);
}

export const freshSalt = () => randomBytes(8).toString("hex");
