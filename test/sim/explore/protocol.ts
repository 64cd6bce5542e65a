import type { GatewayErrorKind } from "../../../src/errors.js";

/** Bind errors, login errors and results as the explorer distinguishes them. */
export interface Failure {
  readonly kind: GatewayErrorKind;
  /** `refused`: by a reply of the server; `notSent`: by the provider of the token. */
  readonly outcome: "refused" | "notSent" | "unknown";
}

export type Hint =
  | "online"
  | "offline"
  | "foreground"
  | "background"
  | "pagehide"
  | "pageshow"
  | "retryNow"
  | "suspicion";

/** The players that a bind may end up with. */
export type User = 1 | 2;

/** An event of the machine, without the generation. */
export type MachineEvent =
  | { readonly type: "connect" }
  | { readonly type: "disconnect" }
  | { readonly type: "socketOpened" }
  | { readonly type: "socketEnded"; readonly clean: boolean; readonly fatal: boolean }
  | { readonly type: "loggedIn"; readonly renewInMs: number }
  | { readonly type: "loginFailed"; readonly failure: Failure }
  | { readonly type: "tokenSet"; readonly renewInMs: number }
  | { readonly type: "hint"; readonly hint: Hint }
  | { readonly type: "tick" }
  | {
      readonly type: "requestBind";
      readonly slot: number;
      readonly exclusive: boolean;
      readonly force: boolean;
    }
  | { readonly type: "release"; readonly slot: number }
  | { readonly type: "bindSucceeded"; readonly slot: number; readonly user: User }
  | {
      readonly type: "bindFailed";
      readonly slot: number;
      readonly failure: Failure;
      /** The server accepted a bind whose reply was lost. */
      readonly acceptedAs?: User;
    };

/** An event that the machine does not see. */
export type EnvironmentEvent =
  /** A frame arrives. */
  | { readonly type: "frame" }
  /** The host sleeps long enough for every timer to be overdue. */
  | { readonly type: "sleep" };

export type ExplorerEvent = MachineEvent | EnvironmentEvent;

/** An effect of the machine; others are of no concern to the server or the socket. */
export type Effect =
  | { readonly type: "openSocket" }
  | { readonly type: "leaveSocket" }
  | { readonly type: "login"; readonly renew: boolean }
  | {
      readonly type: "bind";
      readonly slot: string;
      readonly force: boolean;
      readonly renew: boolean;
    }
  | { readonly type: "probe" }
  | {
      readonly type: "sync";
      readonly slot: string;
      readonly reason: "first" | "gap" | "takeOver";
      readonly since: number | undefined;
    }
  | { readonly type: "forgetNotifications" }
  | { readonly type: "other" };

export interface Input {
  readonly now: number;
  readonly random: number;
  readonly frames: number;
  readonly lastFrameAt: number;
}

export type Phase =
  "idle" | "closed" | "unauthorized" | "waiting" | "opening" | "loggingIn" | "open";

export const SLOT_NAMES = ["player", "guild"] as const;
