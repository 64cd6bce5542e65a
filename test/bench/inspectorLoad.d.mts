export function inspectorLoad(seconds: number): Promise<{
  readonly perSecond: number;
  /** Of processor time. */
  readonly longestTaskMs: number;
  readonly longestByClockMs: number;
}>;
