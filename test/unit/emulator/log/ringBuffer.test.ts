import { expect, test } from "vitest";
import { failure } from "../../../../src/emulator/calls/result.js";
import { CallLog } from "../../../../src/emulator/log/callLog.js";
import { FrameLog } from "../../../../src/emulator/log/frameLog.js";
import { RingBuffer } from "../../../../src/emulator/log/ringBuffer.js";
import { DeviceQueue, type OutboxEntry } from "../../../../src/emulator/store/outbox.js";

const texts = (buffer: RingBuffer<string>) => buffer.list().join(" ");

test("a ring buffer keeps the last entries, by number", () => {
  const buffer = new RingBuffer<string>(3);
  for (const text of ["a", "b", "c", "d", "e", "f", "g"]) buffer.add(text);
  expect(texts(buffer)).toBe("e f g");
  buffer.clear();
  expect(texts(buffer)).toBe("");
});

test("a ring buffer keeps the last entries, by their characters", () => {
  const buffer = new RingBuffer<string>(100, 10);
  for (const text of ["aaaa", "bb", "cccc", "d"]) buffer.add(text);
  expect(texts(buffer)).toBe("bb cccc d");
  buffer.add("x".repeat(100));
  expect(texts(buffer)).toBe("x".repeat(100));
  buffer.add("e");
  expect(texts(buffer)).toBe("e");
});

test("the call log keeps 16 million characters at most, refused calls included", () => {
  const calls = new CallLog();
  const request = {
    transport: "rest",
    target: { service: "gateway", component: "namespace", function: "createNamespace" },
    params: { name: "n", description: "x".repeat(1_000_000) },
    projectToken: undefined,
    accessToken: undefined,
    connectionId: undefined,
  } as const;
  for (let call = 0; call < 40; call++) {
    calls.add(request, String(call), failure(400, []), undefined, {
      at: call,
      log: () => {},
    });
  }
  expect(JSON.stringify(calls.list()).length).toBeLessThan(16_500_000);
  expect(calls.list().length).toBeGreaterThan(14);
  expect(calls.list().at(-1)!.requestId).toBe("39");
});

test("the frame log keeps 4 million characters at most, of events too", () => {
  const log = new FrameLog(() => 0);
  const text = "x".repeat(50_000);
  for (let entry = 0; entry < 200; entry++) {
    log.event({ at: 0, level: "info", event: "refused", text, detail: { why: text } });
  }
  expect(log.read(0, false).join("").length).toBeLessThan(4_500_000);
});

test("the frame log keeps 4 million characters at most, of the players of a socket too", () => {
  const log = new FrameLog(() => 0);
  const players = Array.from({ length: 200 }, () => ({
    namespaceName: "n".repeat(128),
    userId: "u".repeat(128),
  }));
  for (let entry = 0; entry < 200; entry++) {
    log.socket({ direction: "in", connectionId: "c", players, text: "{}" });
  }
  expect(log.read(0, false).join("").length).toBeLessThan(5_500_000);
});

test("the frame log links no calls whose request IDs are long", () => {
  const log = new FrameLog(() => 0);
  const link = (requestId: string): unknown => {
    const target = { service: "s", component: "c", function: "f" };
    const call = JSON.stringify({ x_gs2: { ...target, requestId } });
    const reply = JSON.stringify({ requestId, status: 200, body: {} });
    const common = { connectionId: "1", players: [] };
    log.socket({ ...common, direction: "in", text: call });
    log.socket({ ...common, direction: "out", text: reply });
    return (JSON.parse(log.read(0, false).at(-1)!) as { replyTo: unknown }).replyTo;
  };
  expect(link("call-1")).toBe(1);
  expect(link("x".repeat(1_000))).toBe(null);
});

test("the queue of pushes keeps 16 million characters at most, the newest", () => {
  const queue = new DeviceQueue(1_000);
  const entry = (at: number): OutboxEntry => ({
    at,
    method: "sendNotification",
    namespaceName: "game-0001",
    userId: "alice",
    subject: "s",
    payload: "x".repeat(1_000_000),
    sound: null,
    token: null,
    sent: true,
    conditions: { away: true, transferEnabled: true, token: true, secret: true },
    reason: "It is sent to the device.",
  });
  for (let push = 0; push < 40; push++) queue.add(entry(push));
  const taken: number[] = [];
  for (let push; (push = queue.take({}));) taken.push(push.at);
  expect(taken.length).toBeLessThanOrEqual(16);
  expect(taken.at(-1)).toBe(39);
});
