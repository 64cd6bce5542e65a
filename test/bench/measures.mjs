// What is run and what is measured: the runner, the tables and their test read these lists.

/** The libraries a game can use, the one by hand first. */
export const names = [
  "bare ws",
  "gs2-gateway",
  "reconnecting-websocket + mitt",
  "gs2",
  "@heroiclabs/nakama-js",
  "phoenix",
];

/**
 * One run is a process of its own, in which one competitor and the limit take turns. In each turn the
 * competitor does `count` of something, which depends on the competitor: one of them would take minutes.
 */
export const runs = [
  { id: "overSocket", count: () => 25_000 },
  { id: "inProcess", count: () => 20_000 },
  { id: "call", count: (name) => (name === "gs2" ? 1 : 100) },
  { id: "connect", count: (name) => (name === "gs2" ? 1 : 10) },
];

/**
 * `isLimit`: nothing can be faster than what it is compared with. `target` limits the ratio of
 * gs2-gateway: a minimum if more is better, otherwise a maximum.
 */
export const measures = [
  {
    id: "overSocket",
    description: "notifications per second over a socket, payload read",
    isLimit: true,
    moreIsBetter: true,
    target: 0.95,
  },
  {
    id: "processorTime",
    description: "ns of the receiver's processor time for each notification over a socket",
    isLimit: true,
    target: 1.08,
  },
  {
    id: "inProcess",
    description: "time per notification without a network, payload read",
    isLimit: true,
    target: 1.15,
  },
  { id: "call", description: "ms of one call of describeWebSocketSessions", target: 1.3 },
  { id: "connect", description: "ms from connect to a bound player", target: 1.3 },
];
