// The world a block of the guide runs in, in Node and in a page: GS2's hosts, and the address of the local gateway in the guide, lead to the
// emulator of the test; the game's own server answers with tokens.

const emulator = globalThis.process?.env.GUIDE_EMULATOR ?? globalThis.location.origin;

/** @param {string} address */
export function leadTo(address) {
  const webSocket = emulator.replace(/^http/, "ws");
  return address
    .replace(/^wss:\/\/gateway-ws\.[\w-]+\.gen2\.gs2io\.com/, `${webSocket}/gateway-ws`)
    .replace(/^https:\/\/([\w-]+)\.[\w-]+\.gen2\.gs2io\.com/, `${emulator}/$1`)
    .replace(/^(http|ws):\/\/127\.0\.0\.1:9480/, (_, scheme) =>
      scheme === "ws" ? webSocket : emulator,
    );
}

const fetchIt = globalThis.fetch;

async function projectToken() {
  const response = await fetchIt(`${emulator}/identifier/projectToken/login`, {
    method: "POST",
    body: JSON.stringify({ client_id: "client", client_secret: "secret" }),
  });
  return (await response.json()).access_token;
}

globalThis.fetch = async (address, init) => {
  if (address === "/project-token") return new Response(await projectToken());
  if (address === "/access-token") return new Response("accessToken-0001");
  return fetchIt(leadTo(String(address)), init);
};

const Given = globalThis.WebSocket;
// Node has its own from 22 on; the client takes that of ws there.
if (Given) {
  globalThis.WebSocket = class extends Given {
    constructor(address) {
      super(leadTo(String(address)));
    }
  };
}

/** Vite's, of which a block asks to be told when it is replaced. */
globalThis.viteHot = {
  ends: [],
  accept() {},
  dispose(run) {
    this.ends.push(run);
  },
};

globalThis.stage = {
  emulator,
  /** As Vite does before it loads the module anew. */
  replace() {
    for (const end of globalThis.viteHot.ends.splice(0)) end();
  },
};
