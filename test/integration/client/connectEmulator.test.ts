import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connectEmulator } from "../../../src/testing/index.js";
import { rejectionOf } from "../../support/promises.js";
import { createTestClient, startTestEmulator, namespaceName } from "./testEmulator.js";

async function both() {
  const emulator = await startTestEmulator();
  return { emulator, remote: await connectEmulator(`${emulator.url}/`) };
}

test("what the emulator's own handle does goes over HTTP, too", async () => {
  const { emulator, remote } = await both();
  expect(remote.url).toBe(emulator.url);
  expect(remote.endpoints).toEqual(emulator.endpoints);
  const { gateway } = createTestClient(remote);
  const bound = remote.waitForSession({ userId: "alice", namespaceName });
  await gateway.setUserId({ accessToken: await remote.issueAccessToken({ userId: "alice" }) });
  expect(await bound).toEqual(emulator.sessions()[0]);
  expect(await remote.sessions()).toEqual(emulator.sessions());

  const heard = gateway.waitFor("Gs2Matchmaking:Complete");
  const payload = { namespaceName: "mm", gatheringName: "g" };
  const sent = await remote.notify({ userId: "alice", key: "Gs2Matchmaking:Complete", payload });
  expect(sent.sendConnectionIds).toEqual([emulator.sessions()[0]!.connectionId]);
  expect((await heard).payload).toEqual(payload);

  await remote.notify({
    userId: "bob",
    key: "raid",
    payload: "x",
    enableTransferMobileNotification: true,
  });
  expect(await remote.outbox({ userId: "bob" })).toEqual(emulator.outbox());
  expect(await remote.outbox({ userId: "alice" })).toEqual([]);
  expect(await remote.calls({ method: "setUserId" })).toMatchObject([
    { method: "setUserId", userId: "alice", outcome: "ok" },
  ]);
  expect(await remote.calls()).toHaveLength(emulator.calls().length);

  expect(await remote.disconnect({ userId: "alice" })).toMatchObject([{ userId: "alice" }]);
  expect(emulator.sessions()).toEqual([]);
});

test("the state is read, put back, and forgotten from outside", async () => {
  const { emulator, remote } = await both();
  const state = await remote.state();
  expect(state).toEqual(JSON.parse(JSON.stringify(emulator.state())));
  await remote.setState({ version: 1, namespaces: [{ name: "other" }] });
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["other"]);
  await remote.reset();
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual([namespaceName]);
});

test("the clock is read and put forward", async () => {
  const { emulator, remote } = await both();
  const before = await remote.clock.now();
  await remote.clock.advance(3_600_000);
  expect(emulator.clock.now() - before).toBeGreaterThanOrEqual(3_600_000);
  expect(await rejectionOf(remote.clock.advance(-1))).toMatchObject({
    kind: "invalidArgument",
    message: "clock.advance: advanceMs takes a number of milliseconds, 0 or more",
  });
});

test("waiting for a session in vain ends in the same sentence", async () => {
  const { emulator, remote } = await both();
  const wish = { userId: "alice", namespaceName, timeoutMs: 20 };
  const { message } = (await rejectionOf(emulator.waitForSession(wish))) as Error;
  expect(message).toContain("Waited for a session of alice");
  expect(await rejectionOf(remote.waitForSession(wish))).toMatchObject({
    kind: "requestTimeout",
    message,
  });
});

test("waiting ends when the emulator stops", async () => {
  const { emulator, remote } = await both();
  const waiting = rejectionOf(remote.waitForSession({ userId: "alice", timeoutMs: 60_000 }));
  await remote.sessions();
  await emulator.stop();
  expect(await waiting).toMatchObject({
    kind: expect.stringMatching(/^(serviceUnavailable|notConnected)$/) as string,
  });
});

test.each<[string, (remote: Awaited<ReturnType<typeof both>>["remote"]) => Promise<unknown>]>([
  ["An access token needs the userId", (remote) => remote.issueAccessToken({ userId: "" })],
  ["notify: payload must be supplied", (remote) => remote.notify({ userId: "a", payload: null })],
  ["waitForSession: userId takes", (remote) => remote.waitForSession({ userId: "" })],
  ["disconnect: userId or connectionId must be supplied", (remote) => remote.disconnect({})],
  ["setState: version must be supplied", (remote) => remote.setState({} as never)],
])("what the emulator refuses is said as it says it: %s", async (said, ask) => {
  const { remote } = await both();
  expect(await rejectionOf(ask(remote))).toMatchObject({
    kind: "invalidArgument",
    message: expect.stringContaining(said) as string,
  });
});

test("an emulator that will not answer by this name says which option would let it", async () => {
  const emulator = await startTestEmulator();
  // A name of this machine that is no loopback name to the guard.
  const url = emulator.url.replace("127.0.0.1", "0.0.0.0");
  expect(await rejectionOf(connectEmulator(url))).toMatchObject({
    message: expect.stringContaining("--allow-host 0.0.0.0") as string,
  });
});

test("where nobody is, or somebody else, one sentence says so", async () => {
  const server = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await rejectionOf(connectEmulator(url))).toMatchObject({
    kind: "protocol",
    message: `The server at ${url} is not an emulator (status 200).`,
  });
  await new Promise((resolve) => server.close(resolve));
  expect(await rejectionOf(connectEmulator(url))).toMatchObject({
    kind: "notConnected",
    message: expect.stringContaining(`No emulator answers at ${url}`) as string,
  });
});

test.each([undefined, "", "127.0.0.1:9480", "ws://127.0.0.1:9480"])(
  "the address %j is refused before anything is asked",
  async (url) => {
    expect(await rejectionOf(connectEmulator(url as string))).toMatchObject({
      kind: "invalidArgument",
      message: "connectEmulator: url must be like http://127.0.0.1:9480",
    });
  },
);

test("faults go to the emulator as a list, and clearing is an empty one", async () => {
  const asked: [string | undefined, string | undefined, string][] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      asked.push([request.method, request.url, body]);
      response.end('{"ready":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const remote = await connectEmulator(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  await remote.faults.set([{ fault: "any" }] as never);
  await remote.faults.clear();
  expect(asked.slice(1)).toEqual([
    ["PUT", "/_emulator/faults", '{"faults":[{"fault":"any"}]}'],
    ["PUT", "/_emulator/faults", '{"faults":[]}'],
  ]);
});
