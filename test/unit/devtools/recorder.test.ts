import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { showDevtools, startRecording } from "../../../src/devtools/index.js";
import { devtoolsTexts } from "../../../src/devtools/texts.js";
import { Throttle } from "../../../src/devtools/throttle.js";
import { faultNetwork, optionsFor } from "../../support/faultSocket.js";

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

async function boundClient() {
  const network = faultNetwork();
  const client = new GatewayClient(optionsFor(network));
  onTestFinished(() => client.dispose());
  return {
    network,
    client,
    async setUserId() {
      const bound = client.setUserId({ accessToken: "alice-token" });
      await vi.advanceTimersByTimeAsync(0);
      await bound;
    },
  };
}

test("the panel names the section of the guide that says what to do about an error", () => {
  const { en, ja } = devtoolsTexts;
  expect(en.seeGuide("notConnected")).toBe("see docs/errors.md#notconnected");
  expect(ja.seeGuide("notConnected")).toContain("docs/ja/errors.md#notconnected");
});

describe("a recording", () => {
  test("has each frame with its time, direction, method, players and socket", async () => {
    const { network, client, setUserId } = await boundClient();
    const recorder = startRecording(client);
    await setUserId();
    await vi.advanceTimersByTimeAsync(1_500);
    network.last.notify("Gs2Chat:Post", { roomName: "lobby" });
    const { version, frames } = recorder.recording();
    expect(version).toBe(1);
    expect(frames).toMatchObject([
      { atMs: 0, type: "call", direction: "toServer", method: "identifier.projectToken.login" },
      { type: "reply", direction: "toClient", status: 200, players: [] },
      { type: "call", method: "gateway.webSocketSession.setUserId" },
      { type: "reply", method: "gateway.webSocketSession.setUserId", status: 200 },
      {
        atMs: 1_500,
        type: "notification",
        direction: "toClient",
        transport: "socket",
        players: [{ namespaceName: "game-0001", userId: "alice" }],
        body: { body: { payload: '{"roomName":"lobby"}' } },
      },
    ]);
    expect(new Set(frames.map(({ connectionId }) => connectionId)).size).toBe(1);
  });

  test("names another socket after a reconnect", async () => {
    const { network, client, setUserId } = await boundClient();
    const recorder = startRecording(client);
    await setUserId();
    network.last.emitClose();
    await vi.advanceTimersByTimeAsync(2_000);
    const { frames } = recorder.recording();
    expect(new Set(frames.map(({ connectionId }) => connectionId)).size).toBe(2);
  });

  test("keeps the last frames, and of a long one the length", async () => {
    const { network, client, setUserId } = await boundClient();
    const recorder = startRecording(client, { maxFrames: 3 });
    await setUserId();
    for (const name of ["a", "b", "c"]) network.last.notify(name);
    network.last.notify("long", "x".repeat(70_000));
    const { frames } = recorder.recording();
    expect(frames.map(({ body }) => body?.["body"] ?? null)).toMatchObject([
      { subject: "b" },
      { subject: "c" },
      null,
    ]);
    expect(frames.at(-1)!.size).toBeGreaterThan(70_000);
  });

  test("has unreadable frames without their content", async () => {
    const { network, client, setUserId } = await boundClient();
    const recorder = startRecording(client);
    await setUserId();
    network.last.deliver("{ no JSON");
    expect(recorder.recording().frames.at(-1)).toMatchObject({ type: "unreadable", body: null });
  });

  test("ends with stop, and keeps what was recorded", async () => {
    const { network, client, setUserId } = await boundClient();
    const recorder = startRecording(client);
    await setUserId();
    recorder.stop();
    network.last.notify("later");
    expect(recorder.recording().frames).toHaveLength(4);
  });
});

test.each([
  ["gateway", () => startRecording({} as never)],
  ["gateway", () => showDevtools(undefined as never)],
  [
    "maxFrames",
    () => startRecording(new GatewayClient(optionsFor(faultNetwork())), { maxFrames: 0 }),
  ],
  [
    "language",
    () => showDevtools(new GatewayClient(optionsFor(faultNetwork())), { language: "fr" as never }),
  ],
  ["document", () => showDevtools(new GatewayClient(optionsFor(faultNetwork())))],
])("a wrong %s is refused by its name", (field, call) => {
  expect(call).toThrow(new RegExp(`^(startRecording|showDevtools): ${field} `));
});

test("both languages of the panel have the same texts, and each Japanese one is in Japanese", () => {
  const { en, ja } = devtoolsTexts;
  expect(Object.keys(ja)).toEqual(Object.keys(en));
  const texts = Object.values(ja).flatMap((text) =>
    typeof text === "object" ? Object.values(text) : typeof text === "string" ? [text] : [],
  );
  expect(texts.filter((text) => !/[\u3040-\u30ff\u4e00-\u9fff]/.test(text))).toEqual([]);
});

test("the panel is drawn at most ten times a second, and never after its end", () => {
  const draw = vi.fn();
  const throttle = new Throttle(draw);
  for (let ms = 0; ms < 1_000; ms += 10) {
    throttle.soon();
    vi.advanceTimersByTime(10);
  }
  expect(draw.mock.calls.length).toBeLessThanOrEqual(11);
  expect(draw.mock.calls.length).toBeGreaterThan(8);
  throttle.soon();
  throttle.end();
  throttle.soon();
  vi.advanceTimersByTime(1_000);
  expect(draw.mock.calls.length).toBeLessThanOrEqual(11);
  expect(vi.getTimerCount()).toBe(0);
});
