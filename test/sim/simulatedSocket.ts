import type { OpenSocket, SocketEnd, WebSocketClass } from "../../src/connection/socket.js";
import type { Clock } from "../../src/core/clock.js";
import { FaultSocket } from "../support/faultSocket.js";

export interface TransportEvents {
  opened(): void;
  message(text: string): void;
  /** An error without a code; a close may follow. */
  failed(): void;
  closed(code: number, reason: string, clean: boolean): void;
}

/** The client's end of a simulated connection. */
export interface Transport {
  send(text: string): void;
  close(): void;
}

export type OpenTransport = (url: string, events: TransportEvents) => Transport;

/** Replaces `socket.ts`: the same events, from the simulated network. */
export function simulatedSocketOpener(
  openTransport: OpenTransport,
  clock: Clock,
): (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket {
  return (_, connectTimeoutMs) => (url, events) => {
    let transport: Transport | undefined;
    let isOpen = false;
    let over = false;
    const leave = (): void => {
      over = true;
      clock.clearTimer(timer);
      transport?.close();
    };
    const end = (ending: SocketEnd): void => {
      if (over) return;
      leave();
      events.ended(ending);
    };
    const lost = (code: number): void => end({ code, reason: "", clean: false });
    const transportEvents: TransportEvents = {
      opened() {
        if (over) return;
        clock.clearTimer(timer);
        isOpen = true;
        events.opened();
      },
      message(text) {
        if (!over) events.received(text);
      },
      failed() {
        if (!over) clock.setTimer(() => lost(1006), 0);
      },
      closed(code, reason, clean) {
        isOpen = false;
        end({ code, reason, clean });
      },
    };
    // The attempt starts in a later task, as reconnecting-websocket starts it.
    let timer = clock.setTimer(() => {
      transport = openTransport(url, transportEvents);
      timer = clock.setTimer(() => lost(0), connectTimeoutMs);
    }, 0);
    return {
      send(text) {
        if (over || !isOpen) return false;
        transport!.send(text);
        return true;
      },
      leave,
      ping: () => false,
    };
  };
}

/** A WebSocket class on the simulated network, for the real `socket.ts`. */
export const faultSocketClass = (openTransport: OpenTransport): WebSocketClass =>
  class extends FaultSocket {
    readonly #transport: Transport;

    constructor(url: string) {
      super(url, (text) => this.#transport.send(text));
      this.#transport = openTransport(url, {
        opened: () => {
          if (this.readyState === 0) this.open();
        },
        message: (text) => this.deliver(text),
        failed: () => this.emitError(),
        closed: (code, reason, clean) => this.emitClose(code, clean, reason),
      });
    }

    override close(): void {
      super.close();
      this.#transport.close();
    }
  };
