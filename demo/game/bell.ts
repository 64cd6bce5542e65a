// A bell: push notifications of a match while the page is hidden.
import { signal } from "@preact/signals";
import { createLocalTokenProvider, createPush, deliverToWorker } from "gs2-gateway/push";
import { takePush } from "../local/emulator.js";
import { gateway } from "./net.js";

// On GS2 itself: your Firebase config and VAPID key instead of the provider.
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

function applyState(state: PushState): void {
  bell.value = state;
  if (isOn()) forwardPushes();
}

push.on("state", applyState);
push.attach(gateway);
void push.state().then(applyState);

export const toggleBell = () => (isOn() ? push.disable() : push.enable());

// GS2 sends a push only to players without a session, so a hidden page disconnects.
let isDisconnected = false;
document.addEventListener("visibilitychange", () => {
  if (document.hidden && isOn() && gateway.connection.status === "ready") {
    isDisconnected = true;
    void gateway.disconnect();
  } else if (!document.hidden && isDisconnected) {
    isDisconnected = false;
    gateway.connect().catch(() => undefined);
  }
});

let isForwarding = false;

/** The local provider has one token for this browser and ignores the request. */
const UNUSED_REQUEST = {} as Parameters<typeof provider.getToken>[0];

/**
 * Stands in for the push service, which cannot reach this machine. One tab forwards for all tabs.
 */
function forwardPushes(): void {
  if (isForwarding) return;
  isForwarding = true;
  void navigator.locks.request("gs2-gateway-demo-pushes", async () => {
    const token = await provider.getToken(UNUSED_REQUEST);
    for (;;) {
      try {
        const push = await takePush(token);
        if (push) await deliverToWorker(push.message).catch(() => undefined);
      } catch {
        // The server is restarting.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  });
}
