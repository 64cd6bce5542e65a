import * as v from "valibot";
import {
  anyText,
  filledText,
  milliseconds,
  nameText,
  numberWithin,
  oneOf,
  valueOf,
  wholeNumberFrom,
  wholeNumberOf,
  wholeNumberWithin,
} from "../schema/schema.js";

/** When a fault that acts on a session acts. */
export interface FaultMoment {
  /**
   * `now`: once, on each session or socket it matches at the moment it is set; then it is
   * exhausted. `bind`: on each session that is bound from then on, right after the reply, and on
   * none that is bound already. Default `now`.
   */
  on?: "now" | "bind" | undefined;
}

export interface FaultedCall {
  /** Only replies of this function, e.g. `setUserId`, or `login`. Default: of any. */
  method?: string | undefined;
}

/** The faults by name, with the parameters of each. Durations pass on the emulator's clock. */
export interface EmulatorFaults {
  /** A socket is refused over HTTP before it opens; a browser reports only 1006. */
  refuse: {
    /** HTTP status, 400 to 599. Default 503. */
    status?: number | undefined;
  };
  /**
   * A handshake gets no reply: the socket stays connecting until the client gives up, even after
   * the fault is cleared.
   */
  hangBeforeOpen: object;
  /**
   * The connection goes half-open: the server neither reads nor writes any more, sends no pong, and
   * keeps the session, until the client leaves or the emulator stops.
   */
  halfOpen: FaultMoment;
  /** The connection is cut without a close frame: 1006. */
  drop: FaultMoment;
  /** The server closes the socket. */
  close: FaultMoment & {
    /** Close code, 1000 or 3000 to 4999. Default 1000. */
    code?: number | undefined;
    /** Default none. */
    reason?: string | undefined;
  };
  /**
   * Another session replaces the player's by force, and stays until it is replaced by force in
   * turn, or until faults are set or cleared the next time. What it is sent is dropped.
   */
  kick: FaultMoment;
  /**
   * The tokens a session was bound with expire, and all others of that client and that player; new
   * ones are valid. `accessToken-NNNN` stays expired until the emulator is reset. The session
   * itself ends only with the setting `accessTokenExpiryEndsSession`.
   */
  expireTokens: FaultMoment & {
    /** Default `both`. */
    tokens?: "both" | "project" | "access" | undefined;
  };
  /** The server sends a frame that cannot be parsed. */
  malformedFrame: FaultMoment & {
    /** Default `{`, which is not JSON. */
    text?: string | undefined;
  };
  /** Each frame is late, those of the client and those of the server; their order stays. */
  latency: {
    /** Milliseconds, each way. */
    delayMs: number;
    /** Up to this many milliseconds more, drawn for each frame. Default 0. */
    jitterMs?: number | undefined;
  };
  /** The reply to a login is late, over REST and on the socket. */
  slowLogin: {
    /** Milliseconds. */
    delayMs: number;
  };
  /** A login is refused, over REST and on the socket. */
  refuseLogin: {
    /** 401, 500, 503, or any other from 400 to 599. Default 503. */
    status?: number | undefined;
  };
  /** `setUserId` is refused, over REST and on the socket. */
  refuseBind: {
    /** 400 to 599. Default 409, though there is no conflict. */
    status?: number | undefined;
  };
  /**
   * A reply is held until the next one on that socket has overtaken it, or until `withinMs` has
   * passed.
   */
  repliesOutOfOrder: FaultedCall & {
    /** Milliseconds it is held at most. Default 200. */
    withinMs?: number | undefined;
  };
  /** The call takes effect, and its reply never comes. */
  replyLost: FaultedCall;
  /** The reply comes twice. */
  replyDuplicated: FaultedCall;
  /**
   * The call takes effect, and its reply comes on another socket: the next one its player is bound
   * on, right after the reply to that bind. Calls without a player (a login) are not affected.
   */
  replyAfterReconnect: FaultedCall;
  /** The notification that a player's call causes comes before the reply to the call. */
  notificationBeforeReply: FaultedCall & {
    /** Issuer and subject of the notification. */
    key: string;
    /** Default `{}`. Text, or a value that is sent as its JSON text. */
    payload?: unknown;
  };
  /** A notification comes twice. */
  duplicateNotification: object;
}

export type EmulatorFaultName = keyof EmulatorFaults;

/** Before a socket opens, its user is not known. */
type Unaddressed = "refuse" | "hangBeforeOpen";

/** What a fault applies to: everything, unless one of these is given; several must all match. */
export interface FaultScope {
  /** Sockets this user is bound on, and calls with the user's access token. */
  userId?: string | undefined;
  connectionId?: string | undefined;
  /** As given to an exclusive `setUserId`. */
  sessionId?: string | undefined;
}

export interface FaultLimits {
  /** How often the fault is triggered before it is exhausted. Default: without end. */
  times?: number | undefined;
  /**
   * Probability, 0 to 1, that the fault is triggered where it applies, drawn from the emulator's
   * `seed`. Default 1.
   */
  chance?: number | undefined;
}

/** A failure that the emulator causes on purpose. */
export type EmulatorFault = {
  [Name in EmulatorFaultName]: { fault: Name } & FaultLimits &
    (Name extends Unaddressed ? object : FaultScope) &
    EmulatorFaults[Name];
}[EmulatorFaultName];

/** A fault as it was set, how often it has been triggered since, and whether it is exhausted. */
export type EmulatorFaultReport = EmulatorFault & {
  readonly hits: number;
  readonly exhausted: boolean;
};

/** A fault with its defaults filled in, but for its scope. */
export interface Fault<Name extends EmulatorFaultName = EmulatorFaultName> extends FaultScope {
  readonly fault: Name;
  readonly times: number;
  readonly chance: number;
  readonly values: {
    readonly [P in keyof EmulatorFaults[Name]]-?: NonNullable<EmulatorFaults[Name][P]>;
  };
  /** As it was set. */
  readonly given: EmulatorFault;
}

interface Definition<Name extends EmulatorFaultName> {
  /** The effect, for the log and the control plane's list of faults. */
  readonly description: string;
  /** Whether it can be limited to one user, connection or session. */
  readonly addressed: Name extends Unaddressed ? false : true;
  readonly parameters: {
    readonly [P in keyof EmulatorFaults[Name]]-?: v.GenericSchema<
      EmulatorFaults[Name][P] | null,
      NonNullable<EmulatorFaults[Name][P]>
    >;
  };
}

function isJson(value: unknown): boolean {
  try {
    return (JSON.stringify(value) as string | undefined) !== undefined;
  } catch {
    return false;
  }
}

const on = v.optional(oneOf("now", "bind"), "now");

/** Empty: any. */
const method = v.optional(anyText, "");

const status = (fallback: number) => v.optional(wholeNumberWithin(400, 599, "status"), fallback);

const ms = (fallback: number) => v.optional(milliseconds, fallback);

/** A delay is the whole of a fault: a missing one is a mistake. */
const delay = (example: number) =>
  v.pipe(milliseconds, v.metadata({ ...v.getMetadata(milliseconds), example }));

const closeCode = wholeNumberOf(
  "1000 or 3000 to 4999",
  (code) => code === 1000 || (code >= 3000 && code <= 4999),
);

const closeReason = valueOf<string>(
  "a text of at most 123 bytes",
  (reason) => typeof reason === "string" && new TextEncoder().encode(reason).length <= 123,
  "string",
);

export const scopeFields = {
  userId: v.optional(filledText),
  connectionId: v.optional(filledText),
  sessionId: v.optional(filledText),
};

export const limitFields = {
  times: v.optional(wholeNumberFrom(1)),
  chance: v.optional(numberWithin(0, 1), 1),
};

const anywhere = <const Parameters>(description: string, parameters: Parameters) =>
  ({ description, addressed: false, parameters }) as const;

const addressed = <const Parameters>(description: string, parameters: Parameters) =>
  ({ description, addressed: true, parameters }) as const;

/** The one list of faults. */
export const faultDefinitions = {
  refuse: anywhere("the socket is refused before it opens", { status: status(503) }),
  hangBeforeOpen: anywhere("the handshake gets no reply", {}),
  halfOpen: addressed("the connection goes half-open", { on }),
  drop: addressed("the connection is cut without a close frame", { on }),
  close: addressed("the server closes the socket", {
    on,
    code: v.optional(closeCode, 1000),
    reason: v.optional(closeReason, ""),
  }),
  kick: addressed("another session replaces the player's by force", { on }),
  expireTokens: addressed("tokens expire", {
    on,
    tokens: v.optional(oneOf("both", "project", "access"), "both"),
  }),
  malformedFrame: addressed("a frame comes that cannot be parsed", {
    on,
    text: v.optional(anyText, "{"),
  }),
  latency: addressed("frames are late", { delayMs: delay(100), jitterMs: ms(0) }),
  slowLogin: addressed("the reply to the login is late", { delayMs: delay(1_000) }),
  refuseLogin: addressed("the login is refused", { status: status(503) }),
  refuseBind: addressed("the bind is refused", { status: status(409) }),
  repliesOutOfOrder: addressed("the reply is held until another has overtaken it", {
    method,
    withinMs: ms(200),
  }),
  replyLost: addressed("the call takes effect, its reply never comes", { method }),
  replyDuplicated: addressed("the reply comes twice", { method }),
  replyAfterReconnect: addressed("the reply comes on its player's next socket", { method }),
  notificationBeforeReply: addressed("a notification comes before the reply", {
    method,
    key: nameText,
    payload: v.nullish(valueOf<NonNullable<unknown>>("a text or a JSON value", isJson), {}),
  }),
  duplicateNotification: addressed("the notification comes twice", {}),
} satisfies { readonly [Name in EmulatorFaultName]: Definition<Name> };

/** Faults that act on a session by themselves; all others wait for a frame or a call. */
export type ActionName = {
  [Name in EmulatorFaultName]: EmulatorFaults[Name] extends FaultMoment
    ? "on" extends keyof EmulatorFaults[Name]
      ? Name
      : never
    : never;
}[EmulatorFaultName];

export const isAction = (fault: Fault): fault is Fault<ActionName> => "on" in fault.values;
