import type { FieldChange, Reason } from "../../model/plan.js";

/** Fields that name image content, which moves with a tag. */
const CONTENT_FIELDS: readonly string[] = ["image", "digest", "blob"];

/**
 * Who changed a field: `changed in warm.yaml:41`, `the tag moved`, or `changed outside warm`.
 * @param reasons of the change that the field belongs to
 * @param configPath the config as the user named it, safe to print
 */
export function describeCause(field: FieldChange, reasons: readonly Reason[], configPath: string): string {
  if (field.cause === "config") {
    return `changed in ${configPath}${field.line === undefined ? "" : `:${field.line}`}`;
  }
  const isMovedTag = reasons.includes("image-moved") && CONTENT_FIELDS.includes(field.path);
  return isMovedTag ? "the tag moved" : "changed outside warm";
}
