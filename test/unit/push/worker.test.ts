import { describe, expect, it } from "vitest";
import type { WorkerScope } from "../../../src/push/worker/scope.js";
import { startWorker } from "../../../src/push/worker/worker.js";

const BASE = "https://game.test/play/";

type Handler = (event: { waitUntil(work: Promise<unknown>): void }) => void;

/** A worker without windows; records what it shows and opens. */
function fakeWorker() {
  const handlers = new Map<string, Handler>();
  const shown: { title: string; options: NotificationOptions }[] = [];
  const opened: string[] = [];
  const scope = {
    location: { href: `${BASE}sw.js`, search: "" },
    navigator: { userAgent: "test", language: "en" },
    registration: {
      scope: BASE,
      showNotification: async (title: string, options: NotificationOptions) =>
        void shown.push({ title, options }),
    },
    clients: {
      matchAll: async () => [],
      openWindow: async (url: string) => void opened.push(url),
    },
    skipWaiting: async () => {},
    addEventListener: (name: string, handler: Handler) => void handlers.set(name, handler),
  };
  startWorker(scope as unknown as WorkerScope);
  const dispatch = async (name: string, event: object): Promise<void> => {
    let work: Promise<unknown> | undefined;
    handlers.get(name)!({ ...event, waitUntil: (promise) => void (work = promise) });
    await work;
  };
  return {
    shown,
    opened,
    /** Shows a push of this content, and clicks it. */
    async showAndClick(notification: object, link?: string) {
      await dispatch("message", {
        data: { gs2Gateway: "hello", config: { base: BASE, locale: "en" } },
        ports: [],
      });
      const message = {
        notification: { title: "Raid", ...notification },
        ...(link !== undefined && { fcmOptions: { link } }),
        data: { subject: "raid", payload: "{}" },
      };
      await dispatch("push", { data: { text: () => JSON.stringify(message) } });
      const data = shown.at(-1)!.options.data as unknown;
      await dispatch("notificationclick", { notification: { data, close() {} } });
    },
  };
}

describe("a push whose icon is", () => {
  it.each([
    ["malformed", "http://[", undefined],
    ["a blob", "blob:https://game.test/1", undefined],
    ["a script", "javascript:alert(1)", undefined],
    ["relative", "i.png", "https://game.test/play/i.png"],
    ["of another host", "https://cdn.test/i.png", "https://cdn.test/i.png"],
  ])("%s is shown", async (_, icon, address) => {
    const worker = fakeWorker();
    await worker.showAndClick({ icon });
    expect(worker.shown).toMatchObject([{ title: "Raid" }]);
    expect(worker.shown[0]!.options.icon).toBe(address);
    expect(worker.opened).toEqual([BASE]);
  });
});

describe("a click on a push whose link is", () => {
  it.each([
    ["malformed", "http://[", BASE],
    ["of another origin", "https://evil.test/play/", BASE],
    ["with a name and a password", "https://user:password@game.test/play/", BASE],
    ["a blob of the game's origin", "blob:https://game.test/1", BASE],
    ["a script", "javascript:alert(1)", BASE],
    ["relative", "?lobby=1", `${BASE}?lobby=1`],
    ["of the same origin", "https://game.test/shop", "https://game.test/shop"],
  ])("%s opens the game", async (_, link, address) => {
    const worker = fakeWorker();
    await worker.showAndClick({}, link);
    expect(worker.opened).toEqual([address]);
  });
});
