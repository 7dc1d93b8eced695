/** One size and what it took. */
export interface Point {
  readonly size: number;
  readonly value: number;
}

/** How steeply a line rises through the points where both axes are logarithmic, by least squares: 1 is in proportion. */
export function logLogSlope(points: readonly Point[]): number {
  const logs = points.map(({ size, value }) => ({ x: Math.log10(size), y: Math.log10(value) }));
  const mean = (pick: (log: { x: number; y: number }) => number) =>
    logs.reduce((sum, log) => sum + pick(log), 0) / logs.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/**
 * The same between the two largest sizes, without what the smallest takes as well: a start-up that is the same for all
 * would hide how the rest grows.
 */
export function slopeBeyondStart(points: readonly Point[]): number {
  const [first, beforeLast, last] = [points[0], points.at(-2), points.at(-1)];
  if (first === undefined || beforeLast === undefined || last === undefined || points.length < 3)
    return Number.NaN;
  const beyond = ({ size, value }: Point) => ({ size, value: Math.max(value - first.value, Number.EPSILON) });
  return logLogSlope([beyond(beforeLast), beyond(last)]);
}
