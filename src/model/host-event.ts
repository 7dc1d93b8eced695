/** Something that happened to an object of a host. A hint only: what is so is seen by looking. */
export interface HostEvent {
  readonly kind: "container" | "network" | "volume" | "image";
  /** Docker's word: `die`, `destroy`, `untag`, `health_status: unhealthy`. */
  readonly action: string;
  /** Of a volume its name, of an image its ID or reference. */
  readonly id: string;
  /** Of a container its labels too, of a disconnect its `container`. */
  readonly attributes: Readonly<Record<string, string>>;
}
