import { oneOf, text, type Setting } from "../settings.js";

/** When a fault that does something to a session does it. */
export interface FaultMoment {
  /**
   * `now`: once, to each session or socket it fits at the moment it is set; then it is spent. `bind`: to each session that is bound from then on, right after
   * the answer, and to none that is bound already. Default `now`.
   */
  on?: "now" | "bind" | undefined;
}

export interface FaultedCall {
  /** Only answers of this function, e.g. `setUserId`, or `login`. Default: of any. */
  method?: string | undefined;
}

/** What can go wrong, by name, with the parameters each takes. Durations pass on the emulator's clock. */
export interface EmulatorFaults {
  /** A socket is refused over HTTP before it opens; a browser tells no more than 1006. */
  refuse: {
    /** HTTP status, 400 to 599. Default 503. */
    status?: number | undefined;
  };
  /** A socket is never answered: it stays connecting until the client gives it up, even when the fault is lifted. */
  hangBeforeOpen: object;
  /**
   * The line goes dead and nobody is told: the server neither reads nor writes any more, no pong either, and keeps the session. It stays so
   * until the client leaves or the emulator stops.
   */
  halfOpen: FaultMoment;
  /** The line is cut without a close frame: 1006. */
  drop: FaultMoment;
  /** The server closes the socket. */
  close: FaultMoment & {
    /** Close code, 1000 or 3000 to 4999. Default 1000. */
    code?: number | undefined;
    /** Default none. */
    reason?: string | undefined;
  };
  /**
   * Another session of the player takes the place by force, and keeps it until it is forced out in turn, or faults are set or cleared the next
   * time. What it is sent goes nowhere.
   */
  kick: FaultMoment;
  /**
   * The tokens a session was bound with expire, and every other one of that client and that player; new ones are good. `accessToken-NNNN`
   * stays expired until the emulator is reset. A session itself ends only with the setting `accessTokenExpiryEndsSession`.
   */
  expireTokens: FaultMoment & {
    /** Default `both`. */
    tokens?: "both" | "project" | "access" | undefined;
  };
  /** The server sends a frame nobody can read. */
  malformedFrame: FaultMoment & {
    /** Default `{`, which is no JSON. */
    text?: string | undefined;
  };
  /** Each frame is late, those of the client and those of the server; their order stays. */
  latency: {
    /** Milliseconds, each way. Default 100. */
    delayMs?: number | undefined;
    /** Up to this many milliseconds more, drawn for each frame. Default 0. */
    jitterMs?: number | undefined;
  };
  /** The answer to a login is late, over REST and on the socket. */
  slowLogin: {
    /** Milliseconds. Default 1,000. */
    delayMs?: number | undefined;
  };
  /** A login is refused, over REST and on the socket. */
  refuseLogin: {
    /** 401, 500, 503, or any other from 400 to 599. Default 503. */
    status?: number | undefined;
  };
  /** `setUserId` is refused, over REST and on the socket. */
  refuseBind: {
    /** 400 to 599. Default 409, though nobody else is there. */
    status?: number | undefined;
  };
  /** An answer is kept back until the next one on that socket has overtaken it, or nobody has in time. */
  repliesOutOfOrder: FaultedCall & {
    /** Milliseconds it is kept back at most. Default 200. */
    withinMs?: number | undefined;
  };
  /** The call is done, and its answer never comes. */
  replyLost: FaultedCall;
  /** The answer comes twice. */
  replyDuplicated: FaultedCall;
  /**
   * The call is done, and its answer comes on another socket: the next one its player is bound on, right after the answer to that bind. Calls
   * of nobody (a login) are let be.
   */
  replyAfterReconnect: FaultedCall;
  /** Before the answer to a player's call comes the notification of what the call has caused. */
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

/** Before a socket opens nobody knows whose it is. */
type Unaddressed = "refuse" | "hangBeforeOpen";

/** Whom a fault strikes: everybody, unless one of these is given; several must all fit. */
export interface FaultScope {
  /** Sockets this user is bound on, and calls with the user's access token. */
  userId?: string | undefined;
  connectionId?: string | undefined;
  /** As given to an exclusive `setUserId`. */
  sessionId?: string | undefined;
}

export interface FaultLimits {
  /** How often it strikes, then it is spent. Default: without end. */
  times?: number | undefined;
  /** How likely it strikes each time it could, 0 to 1, drawn from the emulator's `seed`. Default 1. */
  chance?: number | undefined;
}

/** Something that goes wrong on purpose. */
export type EmulatorFault = {
  [Name in EmulatorFaultName]: { fault: Name } & FaultLimits &
    (Name extends Unaddressed ? object : FaultScope) &
    EmulatorFaults[Name];
}[EmulatorFaultName];

/** A fault as it was set, how often it has struck since, and whether it will no more. */
export type EmulatorFaultReport = EmulatorFault & {
  readonly hits: number;
  readonly exhausted: boolean;
};

/** A fault with nothing left out but whom it is for. */
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

type Parameter<Value> = Omit<Setting<Value>, "default"> & {
  /** Left out where the parameter must be given. */
  readonly default?: Value;
};

interface Definition<Name extends EmulatorFaultName> {
  /** What it does, for the log and for whoever asks which faults there are. */
  readonly description: string;
  /** Whether it can be for one user, connection or session. */
  readonly addressed: Name extends Unaddressed ? false : true;
  readonly parameters: {
    readonly [P in keyof EmulatorFaults[Name]]-?: Parameter<NonNullable<EmulatorFaults[Name][P]>>;
  };
}

const within = (takes: string, from: number, to: number, value?: number): Parameter<number> => ({
  ...(value === undefined ? {} : { default: value }),
  expected: takes,
  isValid: (given) => Number.isInteger(given) && Number(given) >= from && Number(given) <= to,
});

const status = (value: number): Parameter<number> =>
  within("a status from 400 to 599", 400, 599, value);

const ms = (value: number): Parameter<number> => ({
  default: value,
  expected: "a number of milliseconds, 0 or more",
  isValid: (given) => typeof given === "number" && given >= 0 && given < Infinity,
});

function isJson(value: unknown): boolean {
  try {
    return (JSON.stringify(value) as string | undefined) !== undefined;
  } catch {
    return false;
  }
}

const on = oneOf("now", "bind");

/** Of no method in particular. */
const method = text("");

/** The one list of faults. */
export const faultDefinitions: { readonly [Name in EmulatorFaultName]: Definition<Name> } = {
  refuse: {
    description: "the socket is refused before it opens",
    addressed: false,
    parameters: { status: status(503) },
  },
  hangBeforeOpen: {
    description: "the socket is never answered",
    addressed: false,
    parameters: {},
  },
  halfOpen: {
    description: "the line goes dead without a word",
    addressed: true,
    parameters: { on },
  },
  drop: {
    description: "the line is cut without a close frame",
    addressed: true,
    parameters: { on },
  },
  close: {
    description: "the server closes the socket",
    addressed: true,
    parameters: {
      on,
      code: {
        default: 1000,
        expected: "1000 or 3000 to 4999",
        isValid: (code) => code === 1000 || within("", 3000, 4999).isValid(code),
      },
      reason: {
        default: "",
        expected: "a text of at most 123 bytes",
        isValid: (reason) => typeof reason === "string" && Buffer.byteLength(reason) <= 123,
      },
    },
  },
  kick: {
    description: "another session takes the place by force",
    addressed: true,
    parameters: { on },
  },
  expireTokens: {
    description: "tokens expire",
    addressed: true,
    parameters: { on, tokens: oneOf("both", "project", "access") },
  },
  malformedFrame: {
    description: "a frame comes that nobody can read",
    addressed: true,
    parameters: { on, text: text("{") },
  },
  latency: {
    description: "frames are late",
    addressed: true,
    parameters: { delayMs: ms(100), jitterMs: ms(0) },
  },
  slowLogin: {
    description: "the answer to the login is late",
    addressed: true,
    parameters: { delayMs: ms(1_000) },
  },
  refuseLogin: {
    description: "the login is refused",
    addressed: true,
    parameters: { status: status(503) },
  },
  refuseBind: {
    description: "the bind is refused",
    addressed: true,
    parameters: { status: status(409) },
  },
  repliesOutOfOrder: {
    description: "the answer waits until another has overtaken it",
    addressed: true,
    parameters: { method, withinMs: ms(200) },
  },
  replyLost: {
    description: "the call is done, its answer never comes",
    addressed: true,
    parameters: { method },
  },
  replyDuplicated: {
    description: "the answer comes twice",
    addressed: true,
    parameters: { method },
  },
  replyAfterReconnect: {
    description: "the answer comes on the next socket of its player",
    addressed: true,
    parameters: { method },
  },
  notificationBeforeReply: {
    description: "a notification comes before the answer",
    addressed: true,
    parameters: {
      method,
      key: {
        expected: "a text of 1 to 128 characters",
        isValid: (key) => typeof key === "string" && key.length > 0 && key.length <= 128,
      },
      payload: {
        default: {},
        expected: "a text or a JSON value",
        isValid: isJson,
      },
    },
  },
  duplicateNotification: {
    description: "the notification comes twice",
    addressed: true,
    parameters: {},
  },
};

/** Faults that do something to a session by themselves; all others wait for something to happen. */
export type ActionName = {
  [Name in EmulatorFaultName]: EmulatorFaults[Name] extends FaultMoment
    ? "on" extends keyof EmulatorFaults[Name]
      ? Name
      : never
    : never;
}[EmulatorFaultName];

export const isAction = (fault: Fault): fault is Fault<ActionName> => "on" in fault.values;
