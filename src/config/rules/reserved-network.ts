import { findingAt } from "../finding.js";
import type { Rule } from "./rule.js";

const RESERVED = ["bridge", "host", "none", "default", "ingress", "docker_gwbridge"];

export const isReservedNetwork = (name: string) => RESERVED.includes(name);

/** The network is not one of Docker's own: containers find each other by name only on a network of ours. */
export const reservedNetwork: Rule = function* ({ network }, positions) {
  if (network === undefined || !isReservedNetwork(network)) return;
  yield findingAt(positions, "/network", "value", {
    rule: "reserved-network",
    message: `\`${network}\` is one of Docker's own networks`,
    hint: "choose another name, such as `cyanprint`",
  });
};
