import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { internalsOf } from "../../../src/core/internals.js";
import { pushStore } from "../../../src/push/store.js";
import { createWorkerMessages } from "../../../src/push/workerMessages.js";
import { faultNetwork, optionsFor, acceptingServer } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

function newClient() {
  const client = new GatewayClient(optionsFor(faultNetwork(acceptingServer), {}));
  onTestFinished(() => client.dispose());
  const delivered: string[] = [];
  client.on("*", ({ subject, via }) => delivered.push(`${subject} ${via}`));
  const bySocket = (subject: string): void =>
    internalsOf(client)!.receive({ issuer: "", subject, payload: "" }, Date.now(), "socket");
  return { client, delivered, bySocket };
}

function newMessages() {
  const messages = createWorkerMessages({
    now: () => Date.now(),
    duplicateWindowMs: 60_000,
    store: pushStore(
      () => undefined,
      () => "",
    ),
    onClick: () => undefined,
    onSubscriptionChange: () => undefined,
  });
  /** Whether the page takes the push. */
  const byPush = (subject: string): unknown => {
    let ack: unknown;
    const port = { postMessage: (value: unknown) => (ack = value) } as unknown as MessagePort;
    const push = { key: subject, issuer: "", subject, payload: "", messages: [] };
    messages.onMessage({ data: { gs2Gateway: "push", push }, ports: [port] });
    return ack;
  };
  return { messages, byPush };
}

describe("worker messages attached to a client", () => {
  test("deliver one copy of a notification that came by socket and by push", () => {
    const { client, delivered, bySocket } = newClient();
    const { messages, byPush } = newMessages();
    messages.attach(client);
    expect(byPush("push first")).toEqual({ taken: true });
    bySocket("push first");
    bySocket("socket first");
    expect(byPush("socket first")).toEqual({ taken: true });
    expect(delivered).toEqual(["push first push", "socket first socket"]);
  });

  test("deliver the socket's notifications only after they are detached", () => {
    const { client, delivered, bySocket } = newClient();
    const { messages, byPush } = newMessages();
    const detach = messages.attach(client);
    bySocket("a");
    detach();
    expect(byPush("b")).toEqual({ taken: false });
    bySocket("a");
    expect(delivered).toEqual(["a socket", "a socket"]);
  });

  test("leave the filters of others in place when they are detached", () => {
    const { client, delivered, bySocket } = newClient();
    const detachFirst = newMessages().messages.attach(client);
    const second = newMessages();
    second.messages.attach(client);
    detachFirst();
    bySocket("a");
    expect(second.byPush("a")).toEqual({ taken: true });
    expect(delivered).toEqual(["a socket"]);
  });
});

test("worker messages attached to no client do not take a push", () => {
  expect(newMessages().byPush("a")).toEqual({ taken: false });
});
