const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
/** No XML document may hold these, in whatever form. */
const NOT_IN_XML = /[\ufffe\uffff]/g;

/** Text for the inside of an XML element or attribute. @param text without control characters */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "").replace(NOT_IN_XML, "\ufffd");
}
