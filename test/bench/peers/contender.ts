import type { Who } from "../figure.js";
import type { WriteFleet } from "./fleet.js";

/** A tool that can make a fleet, and its own words for each thing that is measured. */
export interface Contender {
  readonly who: Who;
  /** What its own `version` says. */
  readonly version: string;
  /** The program and what stands before every command. */
  readonly program: readonly string[];
  /** Added to PATH, HOME (the folder of its files) and DOCKER_HOST. */
  readonly env: NodeJS.ProcessEnv;
  readonly write: WriteFleet;
  /** Once for each folder, and not measured. */
  readonly prepare?: readonly string[];
  /** Changes nothing; undefined where the tool has no such thing. */
  readonly plan?: readonly string[];
  readonly apply: readonly string[];
}
