// As nodeDrives.mjs, for blocks in a page.
import { GatewayClient, emulatorEndpoints } from "gs2-gateway";
import { GatewayPlugin, getGateway } from "gs2-gateway/phaser";
import { createLocalTokenProvider, deliverToWorker } from "gs2-gateway/push";
import { connectEmulator } from "gs2-gateway/testing";

const namespaceName = "game-0001";
const join = { namespaceName: "mm", gatheringName: "g-1", joinUserId: "user-0002" };

function holds(fact, otherwise) {
  if (!fact) throw new Error(otherwise);
}

async function until(what, look) {
  for (const giveUpAt = performance.now() + 10_000; ;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const newClient = (stage) =>
  new GatewayClient({
    namespaceName,
    credential: { clientId: "client", clientSecret: "secret" },
    endpoints: emulatorEndpoints(stage.emulator),
  });

async function boundClient(stage, accessToken = "accessToken-0001") {
  const gateway = newClient(stage);
  await gateway.setUserId({ accessToken });
  return gateway;
}

/** Sends the player a notification as soon as there is a session. */
async function tellOfJoin(stage) {
  const emulator = await connectEmulator(stage.emulator);
  await emulator.waitForSession({ userId: "user-0001" });
  await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Join", payload: join });
}

const bell = () => document.body.appendChild(document.createElement("button"));

/** All texts that scenes of a game show. */
const textsOf = (game) =>
  game.scene.scenes.flatMap((scene) => scene.children.list.map(({ text }) => text));

/** A game with these scenes, and a player who is bound. */
async function gameOf(stage, scene) {
  const Phaser = await import("phaser");
  const client = await boundClient(stage);
  const plugin = { key: "gs2", plugin: GatewayPlugin, mapping: "gs2", data: { client } };
  const game = new Phaser.Game({ scene, plugins: { global: [plugin] } });
  await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
  return { Phaser, game, client };
}

export const drives = {
  async "docs/push.md, Set it up"({ startPush }, stage) {
    const gateway = await boundClient(stage);
    const button = bell();
    const keys = { provider: createLocalTokenProvider(), vapidKey: "" };
    const push = startPush(gateway, button, keys);
    button.click();
    await until("the token is at GS2", async () => (await push.state()).reason === "current");
    await until("the bell says so", () => button.title.startsWith("Nothing to do"));
    const heard = gateway.waitFor("Gs2Matchmaking:Complete");
    const { joinUserId: _, ...payload } = join;
    await deliverToWorker({
      data: { subject: "Gs2Matchmaking:Complete", payload: JSON.stringify(payload) },
    });
    holds((await heard).via === "push", "the push is not heard by the page");
  },

  async "docs/push.md, Set it up 2"({ signOut }, stage) {
    const gateway = await boundClient(stage);
    const { createPush } = await import("gs2-gateway/push");
    const push = createPush({ provider: createLocalTokenProvider(), vapidKey: "" });
    push.attach(gateway);
    await push.enable();
    await signOut(gateway, push);
    holds((await push.state()).reason === "notEnabled", "the token is still there");
    holds(!gateway.connection.bindings.player, "the player is still bound");
  },

  async "docs/push.md, A worker of your own"({ pushWithMyWorker }, stage) {
    const push = await pushWithMyWorker({ provider: createLocalTokenProvider(), vapidKey: "" });
    push.attach(await boundClient(stage));
    holds((await push.enable()).reason === "current", "the worker of the game's own does not do");
  },

  async "docs/push.md, Without Firebase"({ pushOnce }, stage) {
    const gateway = await boundClient(stage, "accessToken-0002");
    const emulator = await connectEmulator(stage.emulator);
    const heard = gateway.waitFor("*");
    const sent = pushOnce(gateway, stage.emulator, "user-0002");
    await until("the token is set", async () =>
      (await emulator.state()).firebaseTokens.some(({ userId }) => userId === "user-0002"),
    );
    // With a session, only this goes to the phone.
    const url = `${stage.emulator}/gateway/${namespaceName}/user/user-0002/firebase/token/notification`;
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "X-GS2-CLIENT-ID": "client",
        authorization: `Bearer ${await gateway.getProjectToken()}`,
      },
      body: JSON.stringify({ subject: "sale", payload: "{}", sound: "" }),
    });
    holds(response.ok, `sendMobileNotificationByUserId answers ${response.status}`);
    await sent;
    holds((await heard).via === "push", "the push is not heard by the page");
  },

  async "docs/phaser.md, Three lines"({ game }, stage) {
    await tellOfJoin(stage);
    await until("the scene shows who joined", () => textsOf(game).includes("user-0002 joined"));
  },

  async "docs/phaser.md, The scope of a scene"({ Raid }, stage) {
    const { Phaser, game } = await gameOf(stage, Raid);
    class Battle extends Phaser.Scene {}
    game.scene.add("battle", Battle);
    await tellOfJoin(stage);
    const raid = game.scene.getScene("raid");
    await until("the scene hears who joined", () => raid.joined.includes("user-0002"));
    const emulator = await connectEmulator(stage.emulator);
    const { joinUserId: _, ...payload } = join;
    await emulator.notify({ userId: "user-0001", key: "Gs2Matchmaking:Complete", payload });
    await until("the battle begins", () => game.scene.isActive("battle"));
  },

  async "docs/phaser.md, The game ends, the client lives"({ client, game }, stage) {
    await until("the game is up", () => game.isBooted);
    await client.setUserId({ accessToken: "accessToken-0001" });
    stage.replace();
    holds(client.connection.status === "closed", "the client lives on");
    await until("the game is destroyed", () => game.canvas === null || !game.canvas.isConnected);
  },

  async "docs/phaser.md, A game that runs already, and another name"(
    { joinLate, statusOf },
    stage,
  ) {
    const Phaser = await import("phaser");
    const game = new Phaser.Game({ scene: class Lobby extends Phaser.Scene {} });
    await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
    joinLate(game, await boundClient(stage));
    const [scene] = game.scene.scenes;
    holds(scene.net === getGateway(scene), "the scene has no net");
    holds(statusOf(scene) === "ready", "its client is not ready");
  },

  async "docs/phaser.md, A game that runs already, and another name 2"({ Shop }, stage) {
    const Phaser = await import("phaser");
    const client = await boundClient(stage);
    const plugin = { key: "net", plugin: GatewayPlugin, mapping: "net", data: { client } };
    const game = new Phaser.Game({ scene: Shop, plugins: { global: [plugin] } });
    await until("the game is up", () => game.scene.scenes[0]?.sys.isActive());
    const { log } = console;
    const heard = new Promise((resolve) => (console.log = resolve));
    await tellOfJoin(stage);
    holds((await heard) === "Gs2Matchmaking:Join", "the scene does not print the key");
    console.log = log;
  },

  async "docs/recipes.md, A page without a bundler"(_, stage) {
    await tellOfJoin(stage);
    const { body } = document;
    await until("the page shows who joined", () => body.innerText.includes("user-0002 joined"));
  },

  async "docs/recipes.md, Phaser by script tags"(_, stage) {
    await tellOfJoin(stage);
    await until("the game has drawn", () => document.querySelector("canvas"));
  },
};

for (const [readme, heading] of [
  ["README.md", "Phaser games"],
  ["README.ja.md", "Phaser のゲーム"],
]) {
  drives[`${readme}, ${heading}`] = async (_, stage) => {
    await tellOfJoin(stage);
    await until("the game has drawn", () => document.querySelector("canvas"));
    stage.replace();
  };
  drives[`${readme}, ${heading} 2`] = drives["docs/recipes.md, Phaser by script tags"];
}
