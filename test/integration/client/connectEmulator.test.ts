import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connectEmulator } from "../../../src/testing/index.js";
import { rejectionOf } from "../../support/promises.js";
import { createTestClient, startTestEmulator, namespaceName } from "./testEmulator.js";

async function startWithRemote() {
  const emulator = await startTestEmulator();
  return { emulator, remote: await connectEmulator(`${emulator.url}/`) };
}

test("connectEmulator controls an emulator over HTTP as its own handle does", async () => {
  const { emulator, remote } = await startWithRemote();
  expect(remote.url).toBe(emulator.url);
  expect(remote.endpoints).toEqual(emulator.endpoints);
  const { gateway } = createTestClient(remote);
  const bound = remote.waitForSession({ userId: "alice", namespaceName });
  await gateway.setUserId({ accessToken: await remote.issueAccessToken({ userId: "alice" }) });
  expect(await bound).toEqual(emulator.sessions()[0]);
  expect(await remote.sessions()).toEqual(emulator.sessions());

  const received = gateway.waitFor("Gs2Matchmaking:Complete");
  const payload = { namespaceName: "mm", gatheringName: "g" };
  const sent = await remote.notify({ userId: "alice", key: "Gs2Matchmaking:Complete", payload });
  expect(sent.sendConnectionIds).toEqual([emulator.sessions()[0]!.connectionId]);
  expect((await received).payload).toEqual(payload);

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

test("a remote handle reads, sets and resets the state", async () => {
  const { emulator, remote } = await startWithRemote();
  const state = await remote.state();
  expect(state).toEqual(JSON.parse(JSON.stringify(emulator.state())));
  await remote.setState({ version: 1, namespaces: [{ name: "other" }] });
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual(["other"]);
  await remote.reset();
  expect(emulator.state().namespaces.map(({ name }) => name)).toEqual([namespaceName]);
});

test("a remote handle reads and advances the clock", async () => {
  const { emulator, remote } = await startWithRemote();
  const before = await remote.clock.now();
  await remote.clock.advance(3_600_000);
  expect(emulator.clock.now() - before).toBeGreaterThanOrEqual(3_600_000);
  expect(await rejectionOf(remote.clock.advance(-1))).toMatchObject({
    kind: "invalidArgument",
    message: "clock.advance: advanceMs takes a number of milliseconds, 0 or more",
  });
});

test("waitForSession times out with the same message on both handles", async () => {
  const { emulator, remote } = await startWithRemote();
  const options = { userId: "alice", namespaceName, timeoutMs: 20 };
  const { message } = (await rejectionOf(emulator.waitForSession(options))) as Error;
  expect(message).toContain("Waited for a session of alice");
  expect(await rejectionOf(remote.waitForSession(options))).toMatchObject({
    kind: "requestTimeout",
    message,
  });
});

test("waitForSession rejects when the emulator stops", async () => {
  const { emulator, remote } = await startWithRemote();
  const waiting = rejectionOf(remote.waitForSession({ userId: "alice", timeoutMs: 60_000 }));
  await remote.sessions();
  await emulator.stop();
  expect(await waiting).toMatchObject({
    kind: expect.stringMatching(/^(serviceUnavailable|notConnected)$/) as string,
  });
});

test.each<
  [string, (remote: Awaited<ReturnType<typeof startWithRemote>>["remote"]) => Promise<unknown>]
>([
  ["issueAccessToken: userId takes", (remote) => remote.issueAccessToken({ userId: "" })],
  ["notify: payload must be supplied", (remote) => remote.notify({ userId: "a", payload: null })],
  ["waitForSession: userId takes", (remote) => remote.waitForSession({ userId: "" })],
  ["disconnect: userId or connectionId must be supplied", (remote) => remote.disconnect({})],
  ["setState: version must be supplied", (remote) => remote.setState({} as never)],
])("a remote handle rejects with the emulator's own message: %s", async (message, call) => {
  const { remote } = await startWithRemote();
  expect(await rejectionOf(call(remote))).toMatchObject({
    kind: "invalidArgument",
    message: expect.stringContaining(message) as string,
  });
});

test("connectEmulator names the option that allows a rejected host name", async () => {
  const emulator = await startTestEmulator();
  // A name of this machine that the origin check does not count as loopback.
  const url = emulator.url.replace("127.0.0.1", "0.0.0.0");
  expect(await rejectionOf(connectEmulator(url))).toMatchObject({
    message: expect.stringContaining("--allow-host 0.0.0.0") as string,
  });
});

test("connectEmulator rejects when no emulator, or another server, listens at the address", async () => {
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
  "connectEmulator rejects the address %j without a request",
  async (url) => {
    expect(await rejectionOf(connectEmulator(url as string))).toMatchObject({
      kind: "invalidArgument",
      message: "connectEmulator: url must be like http://127.0.0.1:9480",
    });
  },
);

test("faults.set sends the list of faults, and faults.clear an empty one", async () => {
  const requests: [string | undefined, string | undefined, string][] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      requests.push([request.method, request.url, body]);
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
  expect(requests.slice(1)).toEqual([
    ["PUT", "/_emulator/faults", '{"faults":[{"fault":"any"}]}'],
    ["PUT", "/_emulator/faults", '{"faults":[]}'],
  ]);
});
