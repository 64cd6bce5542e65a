import type { WebSocketSession } from "../../wire/models.js";
import type { CallDefinition } from "../../wire/callDefinition.js";
import type { Recording } from "../../wire/recording.js";
import type { RunningCall } from "../calls/addedFunctions.js";
import type { EmulatorEngine } from "../engine/engine.js";
import type { EmulatorFault, EmulatorFaultReport } from "../faults/definitions.js";
import { parseFaults } from "../faults/parse.js";
import type { CallFilter, EmulatorCall } from "../log/callLog.js";
import type { DevicePush, OutboxEntry, OutboxFilter, WaitForPushOptions } from "../store/outbox.js";
import { readState, type EmulatorState, type EmulatorStateInput } from "../store/snapshot.js";
import { issueAccessToken, type IssueTokenOptions } from "./accessTokens.js";
import { readHandler, type HandleArguments, type HandleOptions } from "./handle.js";
import { disconnect, type DisconnectOptions } from "./disconnect.js";
import { notify, type EmulatorDelivery, type EmulatorNotification } from "./notify.js";
import { replay, type EmulatorReplay, type ReplayOptions } from "./replay.js";
import { waitForPush } from "./waitForPush.js";
import { waitForSession, type WaitForSessionOptions } from "./waitForSession.js";

/** A call that a handler of {@link EmulatorControls.handle} answers. */
export interface FunctionCall<
  Params = Readonly<Record<string, unknown>>,
  Options extends HandleOptions = HandleOptions,
> extends Pick<RunningCall, "clientId" | "namespaceName" | "signal" | "afterReply"> {
  /**
   * From path, query, body or frame, without those that were null and without the access token. A
   * value of a query is a text. What the definition's `required` names is there; nothing else was
   * checked.
   */
  readonly params: Params;
  /**
   * The player of the access token, else the parameter `userId`; undefined where there is neither,
   * which the option `requirePlayer` rules out.
   */
  readonly userId: Options extends { readonly requirePlayer: true } ? string : string | undefined;
  /** For notifications and the like: `emulator.notify` sends before the reply. */
  readonly emulator: EmulatorControls;
}

/**
 * Answers the calls of a function: with the result object, or a promise of it. It throws an
 * {@link EmulatorError} for a failure as GS2 replies it. Anything else it throws, and a result that
 * is no object, is a 500, with a warning in the emulator's log.
 */
export type FunctionHandler<
  Params = Readonly<Record<string, unknown>>,
  Result = unknown,
  Options extends HandleOptions = HandleOptions,
> = (call: FunctionCall<Params, Options>) => Result | Promise<Result>;

/**
 * What a program does to a running emulator, in Node or in a page. A method that is given a wrong
 * argument throws or rejects with an `invalidArgument` that names the field.
 */
export interface EmulatorControls {
  /** An access token of a player, as GS2-Auth would issue it. */
  issueAccessToken(options: IssueTokenOptions): Promise<string>;
  /**
   * Sends a notification to the sessions of a user; resolves with the connections it was sent to,
   * or the reason why there are none.
   */
  notify(notification: EmulatorNotification): Promise<EmulatorDelivery>;
  /**
   * Answers a function of any GS2 service, besides the emulator's own methods, over REST and on the
   * socket alike: checks the project token, the access token where one is sent, and the required
   * parameters, then calls the handler. `calls` and the inspector show the calls, faults apply to
   * them, and a repeat with the same duplicationAvoider gets the first result. A dry run gets an
   * empty result, and the handler is not called.
   *
   * The handler of a function that has one already is replaced; `reset` keeps the handlers. Throws
   * `invalidArgument` for one of the emulator's own methods, and for a verb and path that another
   * function has.
   *
   * @returns a function that removes the handler; it has no effect once another has replaced it
   */
  handle<Params, Result, const Options extends HandleOptions = HandleOptions>(
    definition: CallDefinition<Params, Result>,
    handler: FunctionHandler<NoInfer<Params>, NoInfer<Result>, NoInfer<Options>>,
    options?: Options,
  ): () => void;
  handle<
    Params = Readonly<Record<string, unknown>>,
    const Options extends HandleOptions = HandleOptions,
  >(
    service: string,
    component: string,
    name: string,
    handler: FunctionHandler<Params, unknown, NoInfer<Options>>,
    options?: Options,
  ): () => void;
  /** All sessions, in the order of binding. */
  sessions(): WebSocketSession[];
  /** The last 3,000 handled calls, oldest first. */
  calls(filter?: CallFilter): EmulatorCall[];
  /**
   * The last 1,000 notifications for a mobile device, sent or not, oldest first, each with the
   * reason.
   */
  outbox(filter?: OutboxFilter): OutboxEntry[];
  /**
   * The oldest push that was sent to a matching device and not returned before, as soon as there is
   * one; `message` is what the device's service worker would get. Rejects after `timeoutMs` of real
   * time (default 5,000) with an error that describes the outbox.
   */
  waitForPush(options?: WaitForPushOptions): Promise<DevicePush>;
  /**
   * The state that outlives a restart, as plain JSON, with the emulator's tokens and secrets as
   * they are.
   */
  state(): EmulatorState;
  /**
   * Replaces the state; a part that is left out stays as it is. Sockets stay open, but for those
   * bound in a removed namespace.
   */
  setState(state: EmulatorStateInput): Promise<void>;
  /**
   * The user's session, as soon as there is one. Rejects after `timeoutMs` with an error that lists
   * the sessions there are.
   */
  waitForSession(options: WaitForSessionOptions): Promise<WebSocketSession>;
  /** Cuts sockets, as GS2 might at any time; returns the sessions that ended. */
  disconnect(options: DisconnectOptions): WebSocketSession[];
  /**
   * Sends the notifications of a recording, which the devtools or the inspector saved, to the
   * players that bind, at the same distances from the bind: a bug report becomes a test. It runs on
   * the emulator's clock: `clock.advance` drives it. Each player gets them once, from the first
   * bind on, also when bound already; what is due while the player has no session is lost, as it is
   * with GS2. A second replay takes the place of the first, and `reset` ends it. Calls of the
   * recording are not repeated.
   *
   * Throws an `invalidArgument` that names the field of a file that is no recording.
   */
  replay(recording: Recording, options?: ReplayOptions): EmulatorReplay;
  /** Failures on purpose; see {@link EmulatorFault}. Each trigger is logged. */
  readonly faults: {
    /**
     * Replaces the active faults; returns them with the number of times each was triggered at once.
     * An unknown fault or a wrong parameter throws, and the active faults stay.
     */
    set(faults: readonly EmulatorFault[]): EmulatorFaultReport[];
    /** Clears the active faults. Their effects stay: a half-open connection stays half-open. */
    clear(): void;
    /** The faults that were set last, exhausted ones included. */
    list(): EmulatorFaultReport[];
  };
  readonly clock: {
    /** Unix time in milliseconds, of the emulator's clock. */
    now(): number;
    /**
     * Puts the emulator's clock forward: tokens expire and idle sockets are cut without waiting.
     */
    advance(byMs: number): void;
  };
  /**
   * Back to the start: sockets are cut; calls, outbox, tokens, namespaces and the data file are
   * emptied; no fault is active; the clock is no longer ahead.
   */
  reset(): Promise<void>;
}

/**
 * @param stopping ends the waits
 * @param emulator what handlers get of it
 */
export const controlsOf = (
  engine: EmulatorEngine,
  stopping: AbortSignal,
  emulator: () => EmulatorControls,
): EmulatorControls => ({
  handle: (...given: HandleArguments) =>
    engine.functionCalls.functions.add(
      readHandler(
        engine,
        given,
        (handler) => (call) => handler(Object.assign({}, call, { emulator: emulator() })),
      ),
    ),
  issueAccessToken: async (options) =>
    engine.transact((store, now) => issueAccessToken(store, options, now)).accessToken,
  notify: async (notification) => engine.transact((store, now) => notify(store, notification, now)),
  sessions: () => engine.sessions(),
  calls: (filter) => engine.calls.list(filter),
  outbox: (filter) => engine.outbox(filter),
  waitForPush: (options = {}) => waitForPush(engine, options, stopping),
  state: () => structuredClone(engine.state()),
  setState: async (state) => engine.setState(readState(structuredClone(state))),
  waitForSession: (options) => waitForSession(engine, options, stopping),
  disconnect: (options) => engine.transact((store) => disconnect(store, options)),
  replay: (recording, options) => replay(engine, recording, options),
  faults: {
    set: (faults) => engine.setFaults(parseFaults(faults)),
    clear: () => void engine.setFaults([]),
    list: () => engine.faults(),
  },
  clock: {
    now: () => engine.clock.now(),
    advance: (byMs) => engine.clock.advance(byMs),
  },
  reset: async () => engine.reset(),
});
