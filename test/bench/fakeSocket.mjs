// A WebSocket without a network: what is left is what the contender itself costs.
export function fakeSocket(dialect) {
  return class FakeSocket {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSING = 2;
    static CLOSED = 3;
    /** The one that was opened last. */
    static last;
    readyState = 0;
    bufferedAmount = 0;
    #listeners = new Map();

    constructor() {
      FakeSocket.last = this;
      setTimeout(() => {
        this.readyState = 1;
        this.#tell("open", { type: "open" });
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
      const { reply } = dialect.answer(text);
      queueMicrotask(() => this.receive(reply));
    }

    /** A frame arrives. */
    receive(data) {
      this.#tell("message", { type: "message", data });
    }

    close() {
      this.readyState = 3;
    }

    #tell(type, event) {
      this[`on${type}`]?.(event);
      for (const listener of this.#listeners.get(type) ?? []) listener(event);
    }
  };
}
