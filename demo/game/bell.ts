import { signal } from "@preact/signals";
import { createLocalTokenProvider, createPush, deliverToWorker } from "gs2-gateway/push";
import type { DevicePush } from "gs2-gateway/emulator";
import { gateway } from "./net.js";

// A bell: tells the player of a match while the game is out of sight.

// On GS2 itself: your Firebase config and VAPID key in place of the provider.
const provider = createLocalTokenProvider();

export const push = createPush({
  provider,
  vapidKey: "",
  templates: {
    "Gs2Matchmaking:Complete": {
      title: { en: "Match found", ja: "対戦が決まりました" },
      body: { en: "Your round is about to begin.", ja: "まもなくラウンドが始まります。" },
    },
    "Gs2Matchmaking:Join": {
      title: { en: "{joinUserId} joined", ja: "{joinUserId} が参加しました" },
    },
    "Gs2Mission:Complete": { title: { en: "Mission complete", ja: "ミッション達成" } },
    "starfall:hello": {
      title: { en: "Hello from Starfall", ja: "スターフォールより" },
      body: "{text}",
    },
    "*": { title: { en: "News from Starfall", ja: "スターフォールからのお知らせ" } },
  },
});

type PushState = Awaited<ReturnType<typeof push.state>>;

export const bell = signal<PushState | undefined>(undefined);

const isOn = () => bell.value?.status === "registered";

function take(state: PushState): void {
  bell.value = state;
  if (isOn()) carryPushes();
}

push.on("state", take);
push.attach(gateway);
void push.state().then(take);

export const ring = () => (isOn() ? push.disable() : push.enable());

// GS2 sends a push only to who has no session, so a player who looks elsewhere leaves.
let left = false;
document.addEventListener("visibilitychange", () => {
  if (document.hidden && isOn() && gateway.connection.status === "ready") {
    left = true;
    void gateway.disconnect();
  } else if (!document.hidden && left) {
    left = false;
    gateway.connect().catch(() => undefined);
  }
});

let isCarrying = false;

/** The local provider has one token for this browser, whoever asks. */
const NO_ASK = {} as Parameters<typeof provider.getToken>[0];

/** In the place of the push service, which has no way into this machine. One tab does it for all tabs of this browser. */
function carryPushes(): void {
  if (isCarrying) return;
  isCarrying = true;
  void navigator.locks.request("gs2-gateway-demo-pushes", async () => {
    const query = new URLSearchParams({
      token: await provider.getToken(NO_ASK),
      timeoutMs: "20000",
    });
    for (;;) {
      const answer = await fetch(`/_emulator/pushes?${query}`).catch(() => undefined);
      if (answer?.status === 200) {
        const { item } = (await answer.json()) as { item: DevicePush };
        await deliverToWorker(item.message).catch(() => undefined);
      } else if (answer?.status !== 204) {
        // The server is being restarted.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  });
}
