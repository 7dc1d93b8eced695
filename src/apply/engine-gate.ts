import type { WarmError } from "../errors.js";
import type { Address } from "../model/resource.js";

/** Who is told what becomes of engines while a plan is applied, and is asked before one is taken away. */
export interface EngineGate {
  /** Its container exists from here on; it is not started yet. */
  begun(containerId: string, address: Address): void;
  /** Its own ready check has passed. */
  ready(containerId: string): void;
  /** It could not be made ready and is being removed. */
  failed(containerId: string, error: WarmError): void;
  /**
   * Takes an engine out of service for good, so that nobody is given it any more.
   * @returns once nobody uses it: true; false when it has to be left alone after all
   */
  retire(containerId: string, cancel: AbortSignal): Promise<boolean>;
  /** Its container is gone. */
  removed(containerId: string): void;
}

/** Where nobody leases engines: whatever the plan says goes. */
export const OPEN_GATE: EngineGate = {
  begun: () => undefined,
  ready: () => undefined,
  failed: () => undefined,
  retire: async () => true,
  removed: () => undefined,
};
