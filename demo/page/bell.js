import { createLocalTokenProvider, createPush, deliverToWorker } from "gs2-gateway/push";

// Nothing here knows what the game looks like: see view.js.

const words = {
  unsupported: "This browser has no push.",
  "needs-install": "Push needs the game on your home screen.",
  prompt: "Get told when a match is found.",
  denied: "Notifications are blocked.",
  granted: "Push is off.",
  registered: "You are told while you are away.",
};

/**
 * A bell: tells the player of a match while the game is out of sight.
 *
 * @param show called with `{ status, words, hint, isOn, isUsable }` after every change
 * @param open called with `{ key, payload }` when the player clicks a notification
 */
export function createBell(gateway, { show, open }) {
  // On GS2 itself: your Firebase config and VAPID key in place of the provider.
  const provider = createLocalTokenProvider();
  const push = createPush({
    provider,
    vapidKey: "",
    templates: {
      "Gs2Matchmaking:Complete": { title: "Match found", body: "Your opponent is waiting." },
      "Gs2Matchmaking:Join": { title: "{joinUserId} joined" },
      "demo:hello": { title: "Hello from the demo", body: "{text}" },
      "*": { title: "News from the demo" },
    },
  });
  push.on("state", tell);
  push.on("click", open);
  push.attach(gateway);
  void push.state().then(tell);

  let isOn = false;
  function tell({ status, message }) {
    isOn = status === "registered";
    show({
      status,
      words: words[status],
      hint: message,
      isOn,
      isUsable: isOn || status === "prompt" || status === "granted",
    });
    if (isOn) carryPushes(provider);
  }

  // GS2 sends a push only to who has no session, so a player who looks elsewhere leaves.
  let left = false;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isOn && gateway.connection.status === "ready") {
      left = true;
      void gateway.disconnect();
    } else if (!document.hidden && left) {
      left = false;
      gateway.connect().catch(() => {});
    }
  });

  return {
    async toggle() {
      if (isOn) await push.disable();
      else await push.enable();
    },
    off: () => push.disable(),
  };
}

let carrying = false;

/** In the place of the push service, which has no way into this machine. One tab does it for all tabs of this browser. */
function carryPushes(provider) {
  if (carrying) return;
  carrying = true;
  void navigator.locks.request("gs2-gateway-demo-pushes", async () => {
    const query = new URLSearchParams({ token: await provider.getToken(), timeoutMs: "20000" });
    for (;;) {
      const answer = await fetch(`/_emulator/pushes?${query}`).catch(() => undefined);
      if (answer?.status === 200) {
        const { item } = await answer.json();
        await deliverToWorker(item.message).catch(() => {});
      } else if (answer?.status !== 204) {
        // The server is being restarted.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  });
}
