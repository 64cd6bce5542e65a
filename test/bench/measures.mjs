// What is measured, of whom, how often, and what was promised: the one list the runner and the table read.

/** Those a game can use, the limit first. */
const all = [
  "bare ws",
  "gs2-gateway",
  "reconnecting-websocket + mitt",
  "gs2",
  "@heroiclabs/nakama-js",
  "phoenix",
];

/**
 * `count` by contender where one of them is so slow that it would take minutes. `beside` is the contender the ratios are of; without it the
 * value is a ratio already. `bar` is for the ratio of gs2-gateway: at least where more is better, else at most.
 */
export const measures = [
  {
    id: "overSocket",
    says: "notifications per second over a socket, payload read",
    of: all,
    count: () => 60_000,
    beside: "bare ws",
    moreIsBetter: true,
    bar: 0.95,
  },
  {
    id: "inProcess",
    says: "time per notification without a network, payload read, beside two JSON.parse",
    of: all,
    count: () => 30_000,
    bar: 1.1,
  },
  {
    id: "inProcessUnread",
    says: "the same, payload not read",
    of: all,
    count: () => 30_000,
    bar: 0.7,
  },
  {
    id: "call",
    says: "ms of one call, median",
    of: all,
    count: (name) => (name === "gs2" ? 30 : 2_000),
    beside: "bare ws",
    bar: 1.3,
  },
  {
    id: "connect",
    says: "ms from nothing to a bound player, median",
    of: all,
    count: (name) => (name === "gs2" ? 10 : 200),
    beside: "bare ws",
    bar: 1.3,
  },
];
