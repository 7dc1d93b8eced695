import { displayWidth, padColumns } from "./text-width.js";

/** Cells may be painted. */
export type Row = readonly string[];

const GAP = "  ";

/** Widest cell of each column. */
export function columnWidths(rows: readonly Row[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
}

/** Rows with every column as wide as its widest cell, two spaces between, nothing at the end of a line. */
export function alignRows(rows: readonly Row[]): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => padColumns(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}
