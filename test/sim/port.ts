import type { OpenSocket, SocketEnd, WebSocketClass } from "../../src/connection/socket.js";
import type { Clock } from "../../src/core/deferred.js";
import { FaultSocket } from "../support/faultSocket.js";

/** What the network tells one end of a line. */
export interface Wire {
  opened(): void;
  message(text: string): void;
  /** An error without a code; a close may follow. */
  failed(): void;
  closed(code: number, reason: string, clean: boolean): void;
}

/** One end of a line. */
export interface Line {
  send(text: string): void;
  close(): void;
}

/** Asks the network for a line. */
export type Dial = (url: string, wire: Wire) => Line;

/** In place of `socket.ts`: the same events, from a network without sockets. */
export function portOpener(
  dial: Dial,
  clock: Clock,
): (WebSocket: WebSocketClass, connectTimeoutMs: number) => OpenSocket {
  return (_, connectTimeoutMs) => (url, events) => {
    let line: Line | undefined;
    let isOpen = false;
    let over = false;
    const leave = (): void => {
      over = true;
      clock.clearTimer(timer);
      line?.close();
    };
    const end = (ending: SocketEnd): void => {
      if (over) return;
      leave();
      events.ended(ending);
    };
    const lost = (code: number): void => end({ code, reason: "", clean: false });
    const wire: Wire = {
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
    // Nothing is dialled in the turn that asks for it.
    let timer = clock.setTimer(() => {
      line = dial(url, wire);
      timer = clock.setTimer(() => lost(0), connectTimeoutMs);
    }, 0);
    return {
      send(text) {
        if (over || !isOpen) return false;
        line!.send(text);
        return true;
      },
      leave,
      ping: () => false,
    };
  };
}

/** A WebSocket class on the same network, for the real `socket.ts`. */
export const faultSocketOn = (dial: Dial): WebSocketClass =>
  class extends FaultSocket {
    readonly #line: Line;

    constructor(url: string) {
      super(url, (text) => this.#line.send(text));
      this.#line = dial(url, {
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
      this.#line.close();
    }
  };
