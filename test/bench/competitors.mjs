// Every competitor does the same by its own API: it connects, binds a player, receives
// notifications of players who joined, and calls the server.
import { createRequire } from "node:module";
import mitt from "mitt";
import ReconnectingWebSocket from "reconnecting-websocket";
import { KEY } from "./protocols.mjs";

const require = createRequire(import.meta.url);

export const credential = { clientId: "client-0001", clientSecret: "secret-0001" };
export const player = { namespaceName: "game-0001", accessToken: "accessToken-0001" };

/** The text of a request. `params` override the common fields. */
export const frame = (
  name,
  requestId,
  params,
  { service, component } = { service: "gateway", component: "webSocketSession" },
) =>
  JSON.stringify({
    xGs2ClientId: credential.clientId,
    xGs2ProjectToken: "project-token",
    ...params,
    x_gs2: { service, component, function: name, contentType: "application/json", requestId },
  });

/** Sends a request on a bare socket. The next message that is no notification is the reply. */
async function callOnSocket(socket, name, params) {
  const reply = new Promise((resolve) => {
    const onMessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "notification") return;
      socket.removeEventListener("message", onMessage);
      resolve(message);
    };
    socket.addEventListener("message", onMessage);
  });
  socket.send(frame(name, "1", params));
  return reply;
}

const opened = (socket) => new Promise((resolve) => socket.addEventListener("open", resolve));

async function logIn(socket) {
  await opened(socket);
  await callOnSocket(socket, "login", credential);
  await callOnSocket(socket, "setUserId", player);
}

/**
 * `open` resolves when the player is bound. `onPayload` listens for parsed payloads.
 */
export const competitors = {
  "bare ws": {
    protocol: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new WebSocket(webSocket);
      await logIn(socket);
      return {
        onPayload(listener) {
          socket.addEventListener("message", ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === "notification") listener(JSON.parse(message.body.payload));
          });
        },
        call: (name = "getServiceVersion") => callOnSocket(socket, name, {}),
        close: () => socket.close(),
      };
    },
  },
  "gs2-gateway": {
    protocol: "gs2",
    async open({ rest, webSocket, WebSocket }) {
      const { GatewayClient } = await import("../../dist/node.js");
      const gateway = new GatewayClient({
        namespaceName: player.namespaceName,
        credential,
        endpoints: { rest, webSocket },
        logger: false,
        WebSocket,
      });
      await gateway.setUserId({ accessToken: player.accessToken });
      return {
        onPayload: (listener) => gateway.on(KEY, ({ payload }) => listener(payload)),
        call: (name = "getServiceVersion") =>
          gateway.call({ service: "gateway", component: "namespace", function: name }),
        close: () => gateway.dispose(),
      };
    },
  },
  "reconnecting-websocket + mitt": {
    protocol: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new ReconnectingWebSocket(webSocket, [], { WebSocket });
      const bus = mitt();
      await logIn(socket);
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === "notification") bus.emit(message.body.subject, message.body);
      });
      return {
        onPayload: (listener) => bus.on(KEY, ({ payload }) => listener(JSON.parse(payload))),
        call: (name = "getServiceVersion") => callOnSocket(socket, name, {}),
        close: () => socket.close(),
      };
    },
  },
  gs2: {
    protocol: "gs2",
    async open({ rest, webSocket, WebSocket }) {
      // gs2 takes its WebSocket class from `ws` only.
      require("ws");
      require.cache[require.resolve("ws")].exports = WebSocket;
      const core = require("gs2/core/model");
      const { default: Client } = require("gs2/gateway/websocket");
      const { SetUserIdRequest } = require("gs2/gateway/request");
      core.Gs2Constant.ENDPOINT_HOST = rest;
      core.Gs2Constant.WS_ENDPOINT_HOST = webSocket;
      const { clientId, clientSecret } = credential;
      const session = new core.Gs2WebSocketSession(
        new core.BasicGs2Credential(clientId, clientSecret),
        "ap-northeast-1",
      );
      await session.connect();
      await new Client(session).setUserId(
        new SetUserIdRequest()
          .withNamespaceName(player.namespaceName)
          .withAccessToken(player.accessToken),
      );
      return {
        onPayload: (listener) =>
          session.onNotification(({ payload }) => listener(JSON.parse(payload))),
        call: (name = "getServiceVersion") => session.send("gateway", "namespace", name, {}),
        close: () => session.disconnect(),
      };
    },
  },
  "@heroiclabs/nakama-js": {
    protocol: "nakama",
    async open({ host, port, WebSocket }) {
      globalThis.WebSocket = WebSocket;
      const { Client } = require("@heroiclabs/nakama-js");
      // Its path is fixed, but the server selects the protocol by path: the port includes it.
      const socket = new Client("key", host, `${port}/nakama`).createSocket();
      await socket.connect({ token: "session-token" });
      return {
        onPayload: (listener) => void (socket.onnotification = ({ content }) => listener(content)),
        call: (name = "version") => socket.rpc(name),
        close: () => socket.disconnect(),
      };
    },
  },
  phoenix: {
    protocol: "phoenix",
    async open({ phoenix, WebSocket }) {
      const { Socket } = await import("phoenix");
      const socket = new Socket(phoenix, { transport: WebSocket });
      const reply = (push) => new Promise((resolve) => push.receive("ok", resolve));
      socket.connect();
      const channel = socket.channel("player");
      await reply(channel.join());
      return {
        onPayload: (listener) => channel.on(KEY, listener),
        call: (name = "version") => reply(channel.push(name, {})),
        close: () => socket.disconnect(),
      };
    },
  },
};
