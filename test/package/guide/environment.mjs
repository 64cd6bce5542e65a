// The environment of a guide block, in Node and in a page: requests to GS2's hosts, and to the
// guide's address of the local gateway, go to the emulator of the test; the game's own server
// answers with tokens. The guide's site says where its emulator is; otherwise the test does, in
// Node, or serves the page from it.

const emulator =
  globalThis.guideEmulator ?? globalThis.process?.env.GUIDE_EMULATOR ?? globalThis.location.origin;

/** @param {string} address */
export function redirect(address) {
  const webSocket = emulator.replace(/^http/, "ws");
  return address
    .replace(/^wss:\/\/gateway-ws\.[\w-]+\.gen2\.gs2io\.com/, `${webSocket}/gateway-ws`)
    .replace(/^https:\/\/([\w-]+)\.[\w-]+\.gen2\.gs2io\.com/, `${emulator}/$1`)
    .replace(/^(http|ws):\/\/127\.0\.0\.1:9480/, (_, scheme) =>
      scheme === "ws" ? webSocket : emulator,
    );
}

const nativeFetch = globalThis.fetch;

async function projectToken() {
  const response = await nativeFetch(`${emulator}/identifier/projectToken/login`, {
    method: "POST",
    body: JSON.stringify({ client_id: "client", client_secret: "secret" }),
  });
  return (await response.json()).access_token;
}

globalThis.fetch = async (address, init) => {
  if (address === "/project-token") return Response.json({ token: await projectToken() });
  if (address === "/access-token") return new Response("accessToken-0001");
  if (String(address) === "https://auth.ap-northeast-1.gen2.gs2io.com/login")
    return authLogin(init);
  return nativeFetch(redirect(String(address)), init);
};

/** Project tokens that GS2-Auth refuses from now on. */
const refusedTokens = new Set();

/** Stands in for `login` of GS2-Auth, which the emulator does not have. */
async function authLogin({ method, headers, body }) {
  const [, token] = /^Bearer (.+)$/.exec(headers.Authorization) ?? [];
  const isAllowed = method === "POST" && headers["X-GS2-CLIENT-ID"] === "server" && token;
  if (!isAllowed || refusedTokens.has(token)) return new Response("{}", { status: 401 });
  const { userId } = JSON.parse(body);
  const issued = await nativeFetch(`${emulator}/_emulator/access-tokens`, {
    method: "POST",
    body: JSON.stringify({ userId }),
  });
  const { accessToken } = await issued.json();
  environment.refuseProjectToken = () => refusedTokens.add(token);
  return Response.json({ token: accessToken, userId, expire: Date.now() + 3_600_000 });
}

const NativeWebSocket = globalThis.WebSocket;
// Node has its own from 22 on; the client takes that of ws there.
if (NativeWebSocket) {
  globalThis.WebSocket = class extends NativeWebSocket {
    constructor(address) {
      super(redirect(String(address)));
    }
  };
}

/** Stands in for Vite's `import.meta.hot`. */
globalThis.viteHot = {
  disposers: [],
  accept(run) {
    if (run) this.disposers.push(run);
  },
  dispose(run) {
    this.disposers.push(run);
  },
};

const environment = (globalThis.environment = {
  emulator,
  /** Runs the disposers, as Vite does before it loads the module again. */
  replace() {
    for (const dispose of globalThis.viteHot.disposers.splice(0)) dispose();
  },
});
