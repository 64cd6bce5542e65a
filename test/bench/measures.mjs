// What is run and what is measured: the runner, the tables and their test read these lists.

/** The libraries a game can use, the one by hand first. */
const all = [
  "bare ws",
  "gs2-gateway",
  "reconnecting-websocket + mitt",
  "gs2",
  "@heroiclabs/nakama-js",
  "phoenix",
];

/** The competitors with another protocol than GS2's. */
const protocolOf = { "@heroiclabs/nakama-js": "nakama", phoenix: "phoenix" };

/** Reads the frames of the competitor's protocol by hand, and does nothing else. */
const limitOf = (name) => `limit: ${protocolOf[name] ?? "gs2"}`;

/**
 * One run is a process of its own, in which one competitor does `count` of something. `count`
 * depends on the competitor, as one of them would take minutes.
 */
export const runs = [
  {
    id: "overSocket",
    competitors: [...new Set(all.map(limitOf)), ...all],
    count: () => 400_000,
  },
  { id: "inProcess", competitors: all, count: () => 20_000 },
  { id: "call", competitors: all, count: (name) => (name === "gs2" ? 15 : 1_500) },
  { id: "connect", competitors: all, count: (name) => (name === "gs2" ? 5 : 100) },
];

/**
 * `compareWith` names the competitor of the same round that the ratio compares with; without it
 * the run has measured a limit beside the competitor, or a ratio. `isLimit`: nothing can be faster
 * than what it is compared with. `target` limits the ratio of gs2-gateway: a minimum if more is
 * better, otherwise a maximum.
 */
export const measures = [
  {
    id: "overSocket",
    description: "notifications per second over a socket, payload read",
    compareWith: limitOf,
    isLimit: true,
    moreIsBetter: true,
    target: 0.95,
  },
  {
    id: "processorTime",
    description: "ns of the receiver's processor time for each notification over a socket",
    compareWith: limitOf,
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
  {
    id: "connect",
    description: "ms from connect to a bound player",
    compareWith: () => "bare ws",
    target: 1.3,
  },
];
