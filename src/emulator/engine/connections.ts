import { encodeReply } from "../../wire/frames.js";
import type { RelayedReply } from "../calls/relayed.js";
import type { ApiRequest } from "../calls/request.js";
import { bodyOf, type CallResult } from "../calls/result.js";
import type { FaultEffect } from "../faults/actions.js";
import type { FaultInjector } from "../faults/injector.js";
import type { LogEvent } from "../log/eventLog.js";
import { dropConnection, openConnection } from "../store/sessions.js";
import type { Store } from "../store/types.js";
import type { AdjustableClock } from "./clock.js";
import type { CallerSignal } from "./functionCalls.js";
import type { Waiters } from "./waiters.js";

/** The client's end of a connection: a WebSocket, or its replacement in a test. */
export interface Transport {
  send(text: string): void;
  /** 1006: without a close frame. */
  close(code: number, reason: string): void;
  /** Nothing is read or written from here on, and no close frame is sent. */
  goHalfOpen(): void;
}

/** Ended by `EmulatorEngine.reset`: the next store does not know the connection. */
export interface EngineConnection {
  readonly connectionId: string;
  /** Called for each frame and ping: the connection is not idle. */
  touch(): void;
  isOpen(): boolean;
  /** Calls back when a frame has arrived, unless the connection is closed by then. */
  receive(arrive: () => void): void;
  send(text: string): void;
  /** Handles a call and sends its reply, subject to faults. */
  handleRequest(request: Omit<ApiRequest, "transport" | "connectionId">, requestId: string): void;
  /** The same for a call that `forward` passes on. */
  relayRequest(
    request: Omit<ApiRequest, "transport" | "connectionId">,
    requestId: string,
    forward: Forward,
  ): void;
  /** Sends a notification of the upstream, subject to faults. */
  deliver(text: string): void;
  /** Called when the transport has closed. */
  closed(code: number): void;
}

/** Passes a call on to the upstream, and calls back with its reply. */
export type Forward = (reply: (reply: RelayedReply) => void) => void;

/** `text`: the upstream's, as it came. */
export type SendReply = (result: CallResult, userId: string | undefined, text?: string) => void;

/** What connections and effects need of the engine. `reset` replaces store and faults. */
export interface EngineContext {
  readonly store: () => Store;
  readonly faults: () => FaultInjector;
  readonly clock: AdjustableClock;
  readonly waiters: Waiters;
  readonly log: LogEvent;
}

export interface ConnectionPorts extends EngineContext {
  readonly handleRequest: (
    request: ApiRequest,
    requestId: string,
    reply: SendReply,
    caller: CallerSignal,
  ) => void;
  readonly relayRequest: (
    request: ApiRequest,
    requestId: string,
    forward: Forward,
    reply: SendReply,
  ) => void;
  readonly perform: (effects: readonly FaultEffect[]) => void;
}

/** The transports of the open connections. */
export class Connections {
  readonly #transports = new Map<string, Transport>();

  constructor(private readonly ports: ConnectionPorts) {}

  open(transport: Transport): EngineConnection {
    const { faults, clock, log, handleRequest, relayRequest, perform } = this.ports;
    const store = this.ports.store();
    const connection = openConnection(store, clock.now());
    const { connectionId } = connection;
    this.#transports.set(connectionId, transport);
    const { idleTimeoutMs, lifetimeMs } = store.settings;
    const timeoutMs = Math.min(idleTimeoutMs ?? Infinity, lifetimeMs ?? Infinity);
    clock.wakeAt(connection.openedAt + timeoutMs);
    log("opened", `${connectionId} opened`, { connectionId });
    const ended = new AbortController();
    const isOpen = () => store === this.ports.store() && store.connections.has(connectionId);
    const replyTo =
      (request: ApiRequest, requestId: string): SendReply =>
      (result, userId, relayed) => {
        const { status } = result;
        const text = relayed ?? encodeReply(requestId, status, bodyOf(store, result));
        const isOk = status === 200;
        perform(faults().reply(request, { connectionId, text, userId, isOk }));
      };
    return {
      connectionId,
      touch: () => void (connection.lastActiveAt = clock.now()),
      isOpen,
      receive: (arrive) => {
        faults().transmit("in", connectionId, () => {
          if (isOpen()) arrive();
        });
      },
      send: (text) => this.send(connectionId, text),
      handleRequest: (given, requestId) => {
        const request: ApiRequest = { ...given, transport: "socket", connectionId };
        handleRequest(request, requestId, replyTo(request, requestId), () => ended.signal);
      },
      relayRequest: (given, requestId, forward) => {
        const request: ApiRequest = { ...given, transport: "socket", connectionId };
        relayRequest(request, requestId, forward, replyTo(request, requestId));
      },
      deliver: (text) => {
        for (let left = faults().copiesToSend(connectionId); left > 0; left--) {
          this.send(connectionId, text);
        }
      },
      closed: (code) => {
        ended.abort();
        this.#closed(store, connectionId, code);
      },
    };
  }

  send(connectionId: string, text: string): void {
    const transport = this.#transports.get(connectionId);
    if (!transport) return;
    this.ports.faults().transmit("out", connectionId, () => transport.send(text));
  }

  close(connectionId: string, code: number, reason: string): void {
    const transport = this.#transports.get(connectionId);
    if (!transport) return;
    this.#transports.delete(connectionId);
    const close = () => transport.close(code, reason);
    this.ports.faults().transmitInOrder("out", connectionId, close);
  }

  goHalfOpen(connectionId: string): void {
    const transport = this.#transports.get(connectionId);
    if (!transport) return;
    this.ports.faults().transmitInOrder("out", connectionId, () => transport.goHalfOpen());
  }

  /** Closes every transport at once. */
  closeAll(code: number, reason: string): void {
    for (const transport of this.#transports.values()) transport.close(code, reason);
    this.#transports.clear();
  }

  #closed(store: Store, connectionId: string, code: number): void {
    this.#transports.delete(connectionId);
    this.ports.faults().connectionClosed(connectionId);
    const userIds = dropConnection(store, connectionId).map(({ userId }) => userId);
    const ended = userIds.length > 0 ? `; ended the session of ${userIds.join(", ")}` : "";
    const text = `${connectionId} closed with ${code}${ended}`;
    this.ports.log("closed", text, { connectionId, code, userIds });
    this.ports.waiters.notifyAll();
  }
}
