const distEntry = new URL("../../dist/index.js", import.meta.url).href;

/** The library as users get it: what runs the benchmarks compiles TypeScript for another purpose. */
export const { createClient, openWarm } = (await import(distEntry)) as typeof import("../../src/index.js");
