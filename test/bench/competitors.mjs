// Everybody does the same through its own API: open, be somebody, hear of a player who joined, ask the server something.
import { createRequire } from "node:module";
import mitt from "mitt";
import ReconnectingWebSocket from "reconnecting-websocket";
import { KEY } from "./dialects.mjs";

const require = createRequire(import.meta.url);

export const credential = { clientId: "client-0001", clientSecret: "secret-0001" };
export const player = { namespaceName: "game-0001", accessToken: "accessToken-0001" };

/** Text of a request, by hand. What is in `params` wins. */
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

/** Asks by hand: the next message that is no notification is the answer. */
async function byHand(socket, name, params) {
  const answered = new Promise((resolve) => {
    const listen = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "notification") return;
      socket.removeEventListener("message", listen);
      resolve(message);
    };
    socket.addEventListener("message", listen);
  });
  socket.send(frame(name, "1", params));
  return answered;
}

const opened = (socket) => new Promise((resolve) => socket.addEventListener("open", resolve));

async function loggedIn(socket) {
  await opened(socket);
  await byHand(socket, "login", credential);
  await byHand(socket, "setUserId", player);
}

/**
 * `open` is done when the player is bound. `hear` gets the payload, parsed; `unread` the notification whose payload nobody has read.
 */
export const contenders = {
  "bare ws": {
    dialect: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new WebSocket(webSocket);
      await loggedIn(socket);
      return {
        hear(heard) {
          socket.addEventListener("message", ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === "notification") heard(JSON.parse(message.body.payload));
          });
        },
        unread(heard) {
          socket.addEventListener("message", ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === "notification") heard(message.body);
          });
        },
        call: (name = "getServiceVersion") => byHand(socket, name, {}),
        close: () => socket.close(),
      };
    },
  },
  "gs2-gateway": {
    dialect: "gs2",
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
        hear: (heard) => gateway.on(KEY, ({ payload }) => heard(payload)),
        unread: (heard) => gateway.on(KEY, heard),
        call: (name = "getServiceVersion") =>
          gateway.call({ service: "gateway", component: "namespace", function: name }),
        close: () => gateway.dispose(),
      };
    },
  },
  "reconnecting-websocket + mitt": {
    dialect: "gs2",
    async open({ webSocket, WebSocket }) {
      const socket = new ReconnectingWebSocket(webSocket, [], { WebSocket });
      const bus = mitt();
      await loggedIn(socket);
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === "notification") bus.emit(message.body.subject, message.body);
      });
      return {
        hear: (heard) => bus.on(KEY, ({ payload }) => heard(JSON.parse(payload))),
        unread: (heard) => bus.on(KEY, heard),
        call: (name = "getServiceVersion") => byHand(socket, name, {}),
        close: () => socket.close(),
      };
    },
  },
  gs2: {
    dialect: "gs2",
    async open({ rest, webSocket, WebSocket }) {
      // It takes its socket from `ws` and from nowhere else.
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
        hear: (heard) => session.onNotification(({ payload }) => heard(JSON.parse(payload))),
        unread: (heard) => session.onNotification(heard),
        call: (name = "getServiceVersion") => session.send("gateway", "namespace", name, {}),
        close: () => session.disconnect(),
      };
    },
  },
  "@heroiclabs/nakama-js": {
    dialect: "nakama",
    async open({ host, port, WebSocket }) {
      globalThis.WebSocket = WebSocket;
      const { Client } = require("@heroiclabs/nakama-js");
      // Its path is fixed, and the server goes by the path: so it begins in the port.
      const socket = new Client("key", host, `${port}/nakama`).createSocket();
      await socket.connect({ token: "session-token" });
      const on = (heard) => void (socket.onnotification = heard);
      return {
        hear: (heard) => on(({ content }) => heard(content)),
        unread: on,
        call: (name = "version") => socket.rpc(name),
        close: () => socket.disconnect(),
      };
    },
  },
  phoenix: {
    dialect: "phoenix",
    async open({ phoenix, WebSocket }) {
      const { Socket } = await import("phoenix");
      const socket = new Socket(phoenix, { transport: WebSocket });
      const answer = (push) => new Promise((resolve) => push.receive("ok", resolve));
      socket.connect();
      const channel = socket.channel("player");
      await answer(channel.join());
      return {
        hear: (heard) => channel.on(KEY, heard),
        unread: (heard) => channel.on(KEY, heard),
        call: (name = "version") => answer(channel.push(name, {})),
        close: () => socket.disconnect(),
      };
    },
  },
};
