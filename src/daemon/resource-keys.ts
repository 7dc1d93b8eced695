import { randomBytes } from "node:crypto";
import { canonicalJson, type Json, sha256 } from "../model/canonical.js";
import { parseEngineAddress } from "../model/names.js";
import type { PoolResource } from "../model/pool.js";
import type { Address, Desired, Resource } from "../model/resource.js";
import { isSecret } from "../model/secret.js";

/** One key for each resource as the file says it: another key is another spec. */
export type ResourceKeys = ReadonlyMap<Address, string>;

/** @param salt keeps secrets from being guessed by their keys */
export function resourceKeys({ resources, pools }: Desired, salt: string): ResourceKeys {
  const own = new Map(resources.map((resource) => [resource.address, keyOf(resource, salt)]));
  const ofPools = pools.map((pool) => [`engine.${pool.id}`, poolKey(pool, salt)] as const);
  return new Map([
    ...ofPools,
    ...resources.map((resource): [Address, string] => {
      const key = own.get(resource.address) ?? "";
      // A container is made anew with its volume: what the file newly says of that one, it says of both.
      const volume = resource.kind === "container" ? (own.get(resource.volume) ?? "") : "";
      return [resource.address, key + volume];
    }),
  ]);
}

/** What a resource is looked up by: all engines of a pool are of one spec. */
export function specAddress(address: Address): Address {
  const { pool } = parseEngineAddress(address) ?? {};
  return pool === undefined ? address : `engine.${pool}`;
}

/** How its engines are made: how many there are, and how they are kept, makes no other engine of one. */
const poolKey = ({ policy: _ofThePool, ...engine }: PoolResource, salt: string) => keyOf(engine, salt);

function keyOf(wanted: Resource | Omit<PoolResource, "policy">, salt: string): string {
  const { lines: _forPeople, ...resource } = wanted;
  // A secret writes itself as `(sensitive)`: its value has to be asked for.
  const secrets = "env" in resource ? Object.values(resource.env).filter(isSecret) : [];
  const plain = JSON.parse(JSON.stringify(resource)) as Json;
  return sha256(salt + canonicalJson([plain, secrets.map((secret) => secret.reveal())])).slice(0, 16);
}

export const freshSalt = () => randomBytes(8).toString("hex");
