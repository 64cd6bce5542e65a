import { defineCall } from "gs2-gateway/calls";
import type { CatchReport, GameState } from "./api.js";

// What the game calls besides the definitions of `gs2-gateway/calls`.

interface AsPlayer {
  /** Default: that of the bound player. */
  accessToken?: string | undefined;
}

/** A function of the game's own server, which no service of GS2 has. */
const ofStarfall = { service: "starfall", component: "game", socket: "seen" } as const;

/** The state that the player sees. */
export const getState = defineCall<AsPlayer, GameState>({
  ...ofStarfall,
  function: "getState",
  rest: { verb: "GET", path: "/state" },
  required: ["accessToken"],
});

/** Fills the player's gathering with robots. */
export const fillWithRobots = defineCall<AsPlayer, object>({
  ...ofStarfall,
  function: "fillWithRobots",
  rest: { verb: "POST", path: "/robots" },
  required: ["accessToken"],
});

/** Reports caught stars. The server counts each once, so that a report may be repeated. */
export const reportCatches = defineCall<AsPlayer & CatchReport, object>({
  ...ofStarfall,
  function: "reportCatches",
  rest: { verb: "POST", path: "/catches" },
  required: ["accessToken", "matchName", "caught", "isLast"],
});

/** Leaves the round, or its result. */
export const leaveMatch = defineCall<AsPlayer, object>({
  ...ofStarfall,
  function: "leaveMatch",
  rest: { verb: "DELETE", path: "/match" },
  required: ["accessToken"],
});

/** Sends the player a push, as a live-ops tool would. */
export const sendTestPush = defineCall<AsPlayer, object>({
  ...ofStarfall,
  function: "sendTestPush",
  rest: { verb: "POST", path: "/push" },
  required: ["accessToken"],
});

interface Counter {
  readonly name: string;
  readonly values: readonly { readonly resetType?: string | null; readonly value: number }[];
}

/** Lists the player's counters; a function of GS2-Mission. */
export const describeCounters = defineCall<
  AsPlayer & { namespaceName: string },
  { items: Counter[] }
>({
  service: "mission",
  component: "counter",
  function: "describeCounters",
  rest: { verb: "GET", path: "/{namespaceName}/user/me/counter" },
  socket: "unknown",
  required: ["namespaceName", "accessToken"],
});
