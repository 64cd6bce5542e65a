// A WebSocket without a network, to measure the cost of the competitor itself. Its messages are
// events of the host's MessageEvent class, as a browser makes them.
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
    /** Replaced to change or delay the replies. */
    reply = (text) => queueMicrotask(() => this.receive(text));
    onmessage = null;
    #listeners = new Map();
    #messageListeners = [];

    constructor() {
      FakeSocket.last = this;
      setTimeout(() => {
        this.readyState = 1;
        this.#emit("open", new Event("open"));
      });
    }

    addEventListener(type, listener) {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
      this.#messageListeners = this.#listeners.get("message") ?? [];
    }

    removeEventListener(type, listener) {
      const rest = (this.#listeners.get(type) ?? []).filter((one) => one !== listener);
      this.#listeners.set(type, rest);
      this.#messageListeners = this.#listeners.get("message") ?? [];
    }

    send(text) {
      this.reply(protocol.handle(text).reply, text);
    }

    receive(data) {
      this.receiveEvent(new MessageEvent("message", { data }));
    }

    /**
     * Takes a message event that exists already: a browser makes it, and dispatches it, outside the
     * page's code.
     */
    receiveEvent(event) {
      this.onmessage?.(event);
      const listeners = this.#messageListeners;
      for (let i = 0; i < listeners.length; i++) listeners[i](event);
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

/** A message event for each text. */
export const messageEvents = (texts) => texts.map((data) => new MessageEvent("message", { data }));
