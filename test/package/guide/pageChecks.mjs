// As nodeChecks.mjs, for blocks in a page.
import { GatewayClient, emulatorEndpoints } from "gs2-gateway";
import { GatewayPlugin, getGateway } from "gs2-gateway/phaser";
import { createLocalTokenProvider, deliverToWorker } from "gs2-gateway/push";
import { connectEmulator } from "gs2-gateway/testing";

const namespaceName = "game-0001";
const join = { namespaceName: "mm", gatheringName: "g-1", joinUserId: "user-0002" };

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

async function until(what, predicate) {
  for (const giveUpAt = performance.now() + 10_000; ;) {
    const found = await predicate();
    if (found) return found;
    if (performance.now() > giveUpAt) throw new Error(`Waited 10 s until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const newClient = (environment) =>
  new GatewayClient({
    namespaceName,
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(environment.emulator),
  });

async function boundClient(environment, accessToken = "accessToken-0001") {
  const gateway = newClient(environment);
  await gateway.setUserId({ accessToken });
  return gateway;
}

/** Sends the player a notification as soon as there is a session. */
async function notifyJoin(environment) {
  const emulator = await connectEmulator(environment.emulator);
  await emulator.waitForSession({ userId: "user-0001" });
  await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
}

const bell = () => document.body.appendChild(document.createElement("button"));

/** The texts in the scenes of a game. */
const textsOf = (game) =>
  game.scene.scenes.flatMap((scene) => scene.children.list.map(({ text }) => text));

/** A game with this scene, and a bound player. */
async function gameOf(environment, scene) {
  const Phaser = await import("phaser");
  const client = await boundClient(environment);
  const plugin = { key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client } };
  const game = new Phaser.Game({ scene, plugins: { global: [plugin] } });
  await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
  return { Phaser, game, client };
}

export const checks = {
  async "docs/push.md, Set it up"({ startPush }, environment) {
    const gateway = await boundClient(environment);
    const button = bell();
    const keys = { provider: createLocalTokenProvider(), vapidKey: "" };
    const push = startPush(gateway, button, keys);
    button.click();
    await until("the token is at GS2", async () => (await push.state()).reason === "current");
    await until("the bell has the message", () => button.title.startsWith("Nothing to do"));
    const received = gateway.waitFor("Gs2Matchmaking:Complete");
    const { joinUserId: _, ...payload } = join;
    await deliverToWorker({
      data: { subject: "Gs2Matchmaking:Complete", payload: JSON.stringify(payload) },
    });
    assert((await received).via === "push", "the page does not receive the push");
  },

  async "docs/push.md, Set it up 2"({ signOut }, environment) {
    const gateway = await boundClient(environment);
    const { createPush } = await import("gs2-gateway/push");
    const push = createPush({ provider: createLocalTokenProvider(), vapidKey: "" });
    push.attach(gateway);
    await push.enable();
    await signOut(gateway, push);
    assert((await push.state()).reason === "notEnabled", "the token is still there");
    assert(!gateway.connection.bindings.player, "the player is still bound");
  },

  async "docs/push.md, A worker of your own"({ pushWithMyWorker }, environment) {
    const push = await pushWithMyWorker({ provider: createLocalTokenProvider(), vapidKey: "" });
    push.attach(await boundClient(environment));
    assert((await push.enable()).reason === "current", "the game's own worker does not register");
  },

  async "docs/push.md, Without Firebase"({ pushOnce }, environment) {
    const gateway = await boundClient(environment, "accessToken-0002");
    const emulator = await connectEmulator(environment.emulator);
    const received = gateway.waitFor("*");
    const sent = pushOnce(gateway, environment.emulator, "user-0002");
    await until("the token is set", async () =>
      (await emulator.state()).firebaseTokens.some(({ userId }) => userId === "user-0002"),
    );
    // The only notification that goes to the phone while there is a session.
    const url = `${environment.emulator}/gateway/${namespaceName}/user/user-0002/firebase/token/notification`;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "X-GS2-CLIENT-ID": "client",
        authorization: `Bearer ${await gateway.getProjectToken()}`,
      },
      body: JSON.stringify({ subject: "sale", payload: "{}", sound: "" }),
    });
    assert(response.ok, `sendMobileNotificationByUserId answers ${response.status}`);
    await sent;
    assert((await received).via === "push", "the page does not receive the push");
  },

  async "docs/phaser.md, Three lines"({ game }, environment) {
    await notifyJoin(environment);
    await until("the scene shows who joined", () => textsOf(game).includes("user-0002 joined"));
  },

  async "docs/phaser.md, The scope of a scene"({ Raid }, environment) {
    const { Phaser, game } = await gameOf(environment, Raid);
    class Battle extends Phaser.Scene {}
    game.scene.add("battle", Battle);
    await notifyJoin(environment);
    const raid = game.scene.getScene("raid");
    await until("the scene receives the join", () => raid.joined.includes("user-0002"));
    const emulator = await connectEmulator(environment.emulator);
    const { joinUserId: _, ...payload } = join;
    await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
    await until("the battle begins", () => game.scene.isActive("battle"));
  },

  async "docs/phaser.md, The client outlives the game"({ client, game }, environment) {
    await until("the game is up", () => game.isBooted);
    await client.setUserId({ accessToken: "accessToken-0001" });
    environment.replace();
    assert(client.connection.status === "closed", "the client is not disposed");
    await until("the game is destroyed", () => game.canvas === null || !game.canvas.isConnected);
  },

  async "docs/phaser.md, A running game, and another name"({ joinLate, statusOf }, environment) {
    const Phaser = await import("phaser");
    const game = new Phaser.Game({ scene: class Lobby extends Phaser.Scene {} });
    await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
    joinLate(game, await boundClient(environment));
    const [scene] = game.scene.scenes;
    assert(scene.net === getGateway(scene), "the scene has no net");
    assert(statusOf(scene) === "ready", "its client is not ready");
  },

  async "docs/phaser.md, A running game, and another name 2"({ Shop }, environment) {
    const Phaser = await import("phaser");
    const client = await boundClient(environment);
    const plugin = { key: "net", plugin: GatewayPlugin, mapping: "net", data: { client } };
    const game = new Phaser.Game({ scene: Shop, plugins: { global: [plugin] } });
    await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
    const { log } = console;
    const received = new Promise((resolve) => (console.log = resolve));
    await notifyJoin(environment);
    assert((await received) === "Gs2Matchmaking:Join", "the scene does not print the key");
    console.log = log;
  },

  async "docs/devtools.md, The panel"() {
    const panel = document.querySelector("gs2-gateway-devtools").shadowRoot;
    await until("the panel shows the player", () => panel.textContent.includes("user-0001"));
  },

  async "docs/hosts.md, Capacitor"({ gateway }) {
    assert(gateway.connection.status === "ready", "the player is not bound");
    const hints = [];
    gateway.hint = (hint) => hints.push(hint);
    // In a page, the plugins of Capacitor take what the browser knows.
    for (const isHidden of [true, false]) {
      Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }
    for (const type of ["offline", "online"]) window.dispatchEvent(new Event(type));
    await until("the client has the hints", () => hints.length === 4);
    assert(
      hints.join() === "background,foreground,offline,online",
      `the client has the hints ${hints.join()}`,
    );
  },

  async "docs/recipes.md, A page without a bundler"(_, environment) {
    await notifyJoin(environment);
    const { body } = document;
    await until("the page shows who joined", () => body.innerText.includes("user-0002 joined"));
  },

  async "docs/recipes.md, Phaser by script tags"(_, environment) {
    await notifyJoin(environment);
    await until("the game has drawn", () => document.querySelector("canvas"));
  },
};

for (const readme of ["README.md", "README.ja.md"]) {
  checks[`${readme}, Phaser`] = async (_, environment) => {
    await notifyJoin(environment);
    await until("the game has drawn", () => document.querySelector("canvas"));
  };
}
