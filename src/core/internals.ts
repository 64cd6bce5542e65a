import type { CallDefinition } from "../wire/callDefinition.js";
import type { Endpoints, Region } from "../wire/endpoints.js";
import type { Envelope, NotificationFrame, Target, Values } from "../wire/frames.js";
import type { Repeat } from "../wire/methods.js";
import type { Clock } from "./clock.js";
import type { AbortOptions } from "./deferred.js";
import type { Report } from "./diagnostics.js";

/**
 * Key of a client's internals, for the other entries of this package. It is a symbol of the whole
 * page, not of this module: a client of the script tag's file has it too.
 */
export const CLIENT_INTERNALS: unique symbol = Symbol.for("gs2-gateway.internals") as never;

/** Key in a definition of `gs2-gateway/calls` of the function that performs the call. */
export const PERFORM_CALL: unique symbol = Symbol.for("gs2-gateway.call") as never;

/**
 * A function of a GS2 service that `GatewayClient.call` takes: made by `defineCall` of
 * `gs2-gateway/calls`.
 */
export interface DefinedCall<Params, Result> extends CallDefinition<Params, Result> {
  /** @internal */
  readonly [PERFORM_CALL]: (
    client: object,
    params: Params,
    options: AbortOptions | undefined,
  ) => Promise<Result>;
}

/** @internal */
export type CallTokens = Pick<Envelope, "clientId" | "projectToken" | "accessToken">;

/** @internal */
export type NotificationVia = "socket" | "push";

/**
 * Sees a notification before it is delivered. It is delivered when `next` is called, at once or
 * later, and dropped when `next` is not called. Call it once at most. An error that a filter throws
 * is reported as `handlerThrew`.
 *
 * @internal
 */
export type NotificationFilter = (
  frame: Omit<NotificationFrame, "kind">,
  via: NotificationVia,
  next: () => void,
) => void;

/**
 * Sees a frame as it came or before it leaves, with its secrets. It must not throw.
 *
 * @internal
 */
export type FrameObserver = (data: unknown, direction: "in" | "out") => void;

/** @internal */
export interface ClientInternals {
  /** Delivers a notification, unless a filter drops it. */
  readonly receive: (
    frame: Omit<NotificationFrame, "kind">,
    receivedAt: number,
    via: NotificationVia,
  ) => void;
  /**
   * Adds a filter that sees every notification from now on, whichever way it came. Filters run in
   * the order they were added; each `next` leads to the next filter. Removing one leaves the
   * others.
   *
   * @returns removes the filter
   */
  readonly addNotificationFilter: (filter: NotificationFilter) => () => void;
  /**
   * Calls `callback` once, when the client is disposed; at once when it is disposed already. An
   * error it throws is reported as `handlerThrew`.
   *
   * @returns removes the callback
   */
  readonly onDispose: (callback: () => void) => () => void;
  /** Under which names notifications have handlers. */
  readonly handlers: {
    /** Keys; other names begin with an asterisk. */
    texts(): Iterable<unknown>;
    /** Definitions. */
    names(): Iterable<unknown>;
  };
  /** Reports a diagnostic as one of the client's own. */
  readonly report: Report;
  /** Sends a call over the socket, with its deadline, tokens and repeats. */
  readonly startCall: (
    request: AbortOptions & {
      readonly target: Target;
      readonly params: Values;
      readonly slot: string | undefined;
      readonly needsBinding: boolean;
      readonly repeat: Repeat;
      readonly duplicationAvoider?: string | undefined;
    },
  ) => Promise<Values>;
  readonly session: {
    /** Undefined where the slot was never bound. */
    desiredBinding(slot: string | undefined): unknown;
    tokensFor(slot: string | undefined): CallTokens | Promise<CallTokens>;
    /** After a 401. Rejects where no token is renewed. */
    renewTokens(slot: string | undefined, sent: CallTokens): Promise<unknown>;
    /** Redacts the values of fields that are named like a secret or token from now on. */
    trackSecrets(params: Values): void;
    /** Takes the secrets and tokens of the client out of a text. */
    redact(text: string): string;
  };
  readonly settings: {
    readonly endpoints: Endpoints;
    readonly region: Region;
    readonly callTimeoutMs: number;
    /** A `Fetch`; default: that of the host. */
    readonly fetch?: unknown;
    readonly platform: { readonly clock: Clock };
  };
  readonly connection: {
    /** Each sees every frame, on whichever socket. */
    readonly frameObservers: Set<FrameObserver>;
    readonly state: { readonly generation: number; readonly phase: string };
    /** With the `generation` of `state`, the socket is left as if the network had gone. */
    dispatch(event: { type: "socketEnded"; generation: number; clean: false }): void;
  };
}

/** Undefined for what is not a GatewayClient. */
export const internalsOf = (client: unknown): ClientInternals | undefined =>
  (client as { [CLIENT_INTERNALS]?: ClientInternals } | null | undefined)?.[CLIENT_INTERNALS];

/**
 * Binds the methods of a class, or what a subclass overrides them with, so that they can be taken
 * off the object. Printing the object does not show them.
 */
export function bindMethods(object: object, prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === "constructor" || Object.getOwnPropertyDescriptor(prototype, name)!.get) continue;
    const method = Reflect.get(object, name) as (...args: unknown[]) => unknown;
    Object.defineProperty(object, name, { value: method.bind(object), writable: true });
  }
}
