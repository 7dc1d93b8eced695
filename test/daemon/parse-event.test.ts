import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEvent } from "../../src/docker/observe/stream-events.js";

it("reads an event as Docker tells it", () => {
  const line =
    '{"status":"die","id":"c0","from":"img","Type":"container","Action":"die","Actor":{"ID":"c0","Attributes":{"exitCode":"137","name":"x"}},"scope":"local","time":1,"timeNano":1}';
  expect(parseEvent(line)).toMatchInlineSnapshot(`
    {
      "action": "die",
      "attributes": {
        "exitCode": "137",
        "name": "x",
      },
      "id": "c0",
      "kind": "container",
    }
  `);
});

it.each([
  "",
  "null",
  "7",
  "[]",
  '"die"',
  "{",
  "{}",
  '{"Type":"container"}',
  '{"Type":"container","Action":7,"Actor":{}}',
  '{"Type":"plugin","Action":"remove","Actor":{}}',
  '{"Type":["container"],"Action":"die"}',
  '{"Type":"__proto__","Action":"die"}',
])("takes %s for no event", (line) => {
  expect(parseEvent(line)).toBeUndefined();
});

it.each([
  ['{"Type":"volume","Action":"destroy"}', ""],
  ['{"Type":"volume","Action":"destroy","Actor":null}', ""],
  ['{"Type":"volume","Action":"destroy","Actor":7}', ""],
  ['{"Type":"volume","Action":"destroy","Actor":{"ID":{},"Attributes":[1,{}]}}', ""],
  ['{"Type":"volume","Action":"destroy","Actor":{"ID":"v","Attributes":{"a":1,"b":null,"c":{}}}}', "v"],
  ['{"Type":"volume","Action":"destroy","Actor":{"ID":"v","Attributes":"text"}}', "v"],
])("leaves out what is not as it should be: %s", (line, id) => {
  const event = parseEvent(line);
  expect(event).toMatchObject({ kind: "volume", action: "destroy", id });
  for (const text of Object.values(event?.attributes ?? {})) expect(typeof text).toBe("string");
});

it("throws at nothing, and gives back nothing but its shape", () => {
  const part = fc.jsonValue();
  const near = fc
    .record({
      Type: fc.oneof(fc.constantFrom("container", "image"), part),
      Action: fc.oneof(fc.string(), part),
      Actor: fc.oneof(fc.record({ ID: part, Attributes: part }), part),
    })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (line) => {
      const event = parseEvent(line);
      if (event === undefined) return;
      expect(Object.keys(event).sort()).toEqual(["action", "attributes", "id", "kind"]);
      expect([typeof event.action, typeof event.id]).toEqual(["string", "string"]);
      expect(Object.values(event.attributes).every((text) => typeof text === "string")).toBe(true);
    }),
    { numRuns: 500 },
  );
});
