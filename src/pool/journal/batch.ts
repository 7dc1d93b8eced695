/** Lines that are written together, and those who wait for them. */
export interface Batch {
  lines: string[];
  isAwaited: boolean;
  readonly done: Promise<void>;
  readonly settle: (error?: unknown) => void;
}

export function openBatch(): Batch {
  let settle: Batch["settle"] = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  // Not everybody who appends waits.
  done.catch(() => undefined);
  return { lines: [], isAwaited: false, done, settle };
}
