const NAME = "[A-Za-z_][A-Za-z0-9._-]*";
const TAG = new RegExp(`^<(/?)(${NAME}(?::${NAME})?)((?:\\s+${NAME}(?::${NAME})?="[^"<]*")*)\\s*(/?)>`);
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/;
/** What XML 1.0 allows (production 2, Char); a lone surrogate is none of them. */
const NO_CHAR = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * What is wrong with a text as an XML document without DTD, comments, CDATA and further processing instructions, or undefined
 * when it is well-formed; the elements by name with their attributes and own texts go to `onElement`.
 */
export function checkXml(
  document: string,
  onElement: (name: string, attributes: Readonly<Record<string, string>>, text: string) => void = () => {},
): string | undefined {
  const [declaration = ""] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(document) ?? [];
  if (declaration === "") return "no declaration";
  if (NO_CHAR.test(document)) return "a character that XML does not have";
  if (REFERENCE.test(document)) return "an & that begins no reference";
  const open: { name: string; attributes: Record<string, string>; text: string }[] = [];
  let rest = document.slice(declaration.length);
  let roots = 0;
  while (rest.trim() !== "") {
    const text = /^[^<]*/.exec(rest)?.[0] ?? "";
    rest = rest.slice(text.length);
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += text;
    else if (text.trim() !== "") return `text outside of the root: ${text}`;
    const [tag, isEnd, name = "", attributes = "", isEmpty] = TAG.exec(rest) ?? [];
    if (tag === undefined) return `no tag: ${rest.slice(0, 60)}`;
    rest = rest.slice(tag.length);
    const pairs = [...attributes.matchAll(/\s+([^\s=]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
      key,
      value,
    ]);
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) return `an attribute twice: ${tag}`;
    if (isEnd === "/") {
      const element = open.pop();
      if (element?.name !== name) return `</${name}> closes <${element?.name}>`;
      onElement(name, element.attributes, element.text);
      continue;
    }
    if (parent === undefined) roots += 1;
    const element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, text: "" };
    if (isEmpty === "/") onElement(name, element.attributes, "");
    else open.push(element);
  }
  if (open.length > 0) return `<${open.at(-1)?.name}> is not closed`;
  return roots === 1 ? undefined : `${roots} roots`;
}
