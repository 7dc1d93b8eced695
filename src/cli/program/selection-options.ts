import type { Command } from "commander";
import { collect } from "../option-values.js";
import { inGroup } from "./help-text.js";

/** Which resources a plan is about. */
export function addSelection(command: Command): Command {
  return inGroup(command, "Which resources:", (selected) =>
    selected
      .option("--target <address>", "only this and what it depends on (repeatable)", collect)
      .option("--exclude <address>", "not this nor what depends on it (repeatable)", collect)
      .option("--replace <address>", "make this anew even if nothing has changed (repeatable)", collect)
      .option("--adopt <address>", "take over the foreign object that has this name (repeatable)", collect),
  );
}
