// The measures: what each counts, for which competitors, how often, and its target. The runner and
// the table read this list.

/** The libraries a game can use, the baseline first. */
const all = [
  "bare ws",
  "gs2-gateway",
  "reconnecting-websocket + mitt",
  "gs2",
  "@heroiclabs/nakama-js",
  "phoenix",
];

/**
 * `count` depends on the competitor, as one would take minutes. `baseline` is the competitor that
 * the ratios compare with; without it the value is a ratio already. `target` limits the ratio of
 * gs2-gateway: a minimum if more is better, otherwise a maximum.
 */
export const measures = [
  {
    id: "overSocket",
    description: "notifications per second over a socket, payload read",
    competitors: all,
    count: () => 60_000,
    baseline: "bare ws",
    moreIsBetter: true,
    target: 0.95,
  },
  {
    id: "inProcess",
    description:
      "time per notification without a network, payload read, relative to two JSON.parse",
    competitors: all,
    count: () => 30_000,
    target: 1.1,
  },
  {
    id: "call",
    description: "ms of one call, median",
    competitors: all,
    count: (name) => (name === "gs2" ? 30 : 2_000),
    baseline: "bare ws",
    target: 1.3,
  },
  {
    id: "connect",
    description: "ms from connect to a bound player, median",
    competitors: all,
    count: (name) => (name === "gs2" ? 10 : 200),
    baseline: "bare ws",
    target: 1.3,
  },
];
