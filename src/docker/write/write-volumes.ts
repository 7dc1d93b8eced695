import type { DockerodeCalls } from "./dockerode-calls.js";

/** Volumes are made by the containers that fill them; here they only go. */
export interface VolumeWriter {
  /** Also fine when it is gone. @throws WarmError `in-use` while any container, even a stopped one, mounts it. */
  remove(name: string): Promise<void>;
}

export function createVolumeWriter({ call }: DockerodeCalls): VolumeWriter {
  return {
    remove: (name) =>
      call(`remove volume ${name}`, (docker, abortSignal) => docker.getVolume(name).remove({ abortSignal }), {
        fine: [404],
      }),
  };
}
