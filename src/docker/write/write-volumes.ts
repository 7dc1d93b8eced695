import type { DockerodeCalls } from "./dockerode-calls.js";

/** A template's volume is made by the container that fills it, and goes here; a session's comes and goes here. */
export interface VolumeWriter {
  /** An empty one. Docker takes an existing volume of that name without a word: look at what it is afterwards. */
  create(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Also fine when it is gone. @throws WarmError `in-use` while any container, even a stopped one, mounts it. */
  remove(name: string): Promise<void>;
}

export function createVolumeWriter({ call }: DockerodeCalls): VolumeWriter {
  return {
    create: (name, labels) =>
      call(`create volume ${name}`, async (docker, abortSignal) => {
        await docker.createVolume({ Name: name, Labels: { ...labels }, abortSignal });
      }),
    remove: (name) =>
      call(`remove volume ${name}`, (docker, abortSignal) => docker.getVolume(name).remove({ abortSignal }), {
        fine: [404],
      }),
  };
}
