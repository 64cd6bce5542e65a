// Uses every entry for pages against the emulator that serves the page.

export async function play(entries) {
  const { index, admin, calls, compatCore, compatGateway, devtools, emulatorBrowser } = entries;
  const { measure, phaser, push, testing } = entries;
  const { origin } = location;
  const namespaceName = "game-0001";
  const credential = { clientId: "client", clientSecret: "secret" };
  const endpoints = index.emulatorEndpoints(origin);
  const emulator = await testing.connectEmulator(origin);
  const accessToken = await emulator.issueAccessToken({ userId: "alice" });
  const notify = (taskName) =>
    emulator.notify({ userId: "alice", key: "Gs2Mission:Complete", payload: { taskName } });

  const gateway = new index.GatewayClient({ namespaceName, credential, endpoints });
  devtools.showDevtools(gateway);
  const recorder = devtools.startRecording(gateway);
  const measured = new Set();
  measure.onMeasure(gateway, ({ name }) => measured.add(name));
  const { userId } = await gateway.setUserId({ accessToken });
  const received = gateway.waitFor("Gs2Mission:Complete", { timeoutMs: 5_000 });
  await notify("bundled");
  const { taskName } = (await received).payload;
  const panel = document.querySelector("gs2-gateway-devtools").shadowRoot.textContent;
  gateway.dispose();

  const { items } = await new admin.GatewayAdmin({
    namespaceName,
    credential,
    endpoints,
  }).describeNamespaces();

  const { default: Gs2Core } = compatCore;
  Gs2Core.Gs2Constant.ENDPOINT_HOST = endpoints.rest;
  Gs2Core.Gs2Constant.WS_ENDPOINT_HOST = endpoints.webSocket;
  const session = new Gs2Core.Gs2WebSocketSession(
    new Gs2Core.BasicGs2Credential("client", "secret"),
    "ap-northeast-1",
  );
  const moved = new Promise((resolve) => session.onNotification(({ payload }) => resolve(payload)));
  await session.connect();
  await new compatGateway.Gs2GatewayWebSocketClient(session).setUserId(
    new compatGateway.SetUserIdRequest()
      .withNamespaceName(namespaceName)
      .withAccessToken(accessToken),
  );
  await notify("moved");
  const compat = JSON.parse(await moved).taskName;
  await session.disconnect();

  const fake = testing.createTestGateway();
  const faked = fake.waitFor("Gs2Mission:Complete");
  fake.emit("Gs2Mission:Complete", { taskName: "faked" });

  const inPage = emulatorBrowser.createBrowserEmulator({ namespaces: [namespaceName] });
  inPage.handle(calls.checkVersion, () => ({ warnings: [], errors: [] }));
  const { WebSocket, fetch } = inPage;
  const alone = new index.GatewayClient({
    namespaceName,
    credential,
    endpoints: inPage.endpoints,
    WebSocket,
    fetch,
  });
  await alone.setUserId({ accessToken: await inPage.issueAccessToken({ userId: "alice" }) });
  const version = await alone.call(calls.checkVersion, {
    namespaceName: "version-0001",
    targetVersions: [],
  });
  alone.dispose();

  const { status } = await push
    .createPush({ firebase: { projectId: "p", apiKey: "k" }, vapidKey: "v" })
    .state();

  return {
    userId,
    taskName,
    namespaces: items.map(({ name }) => name),
    compat,
    version,
    faked: (await faked).payload.taskName,
    plugin: new phaser.GatewayPlugin({}) instanceof phaser.GatewayPlugin,
    push: typeof status,
    panel: panel.includes("gs2-gateway"),
    recorded: recorder.recording().frames.map(({ type }) => type),
    measured: [...measured],
  };
}

/** Resolves with the result of the worker. */
export const playInWorker = (worker) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
