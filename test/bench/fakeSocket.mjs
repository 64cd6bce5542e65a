// A WebSocket without a network, to measure the cost of the competitor itself.
export function fakeSocket(protocol) {
  return class FakeSocket {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSING = 2;
    static CLOSED = 3;
    /** The last socket created. */
    static last;
    readyState = 0;
    bufferedAmount = 0;
    #listeners = new Map();

    constructor() {
      FakeSocket.last = this;
      setTimeout(() => {
        this.readyState = 1;
        this.#emit("open", { type: "open" });
      });
    }

    addEventListener(type, listener) {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }

    removeEventListener(type, listener) {
      const rest = (this.#listeners.get(type) ?? []).filter((one) => one !== listener);
      this.#listeners.set(type, rest);
    }

    send(text) {
      const { reply } = protocol.handle(text);
      queueMicrotask(() => this.receive(reply));
    }

    /** Delivers a frame. */
    receive(data) {
      this.#emit("message", { type: "message", data });
    }

    close() {
      this.readyState = 3;
    }

    #emit(type, event) {
      this[`on${type}`]?.(event);
      for (const listener of this.#listeners.get(type) ?? []) listener(event);
    }
  };
}
