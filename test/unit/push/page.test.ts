import { describe, expect, it } from "vitest";
import { createPush, createLocalTokenProvider } from "../../../src/push/index.js";
import { isVapidKey } from "../../../src/push/firebase.js";
import { readConfig, withConfig } from "../../../src/push/protocol.js";
import { findUnsupported, type BrowserEnvironment } from "../../../src/push/environment.js";
import { VERSION } from "../../../src/push/version.js";
import { readInRepo } from "../../support/repo.js";
import { rejectionOf } from "../../support/promises.js";

const full = {
  document: { baseURI: "https://game.test/play/" },
  isSecureContext: true,
  navigator: { userAgent: "Chrome", serviceWorker: {} as ServiceWorkerContainer },
  Notification: { permission: "default", requestPermission: async () => "default" },
  PushManager: {},
} as const satisfies BrowserEnvironment;

const iPhone = { ...full.navigator, userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)" };
const iPad = { ...full.navigator, userAgent: "Mozilla/5.0 (Macintosh)", maxTouchPoints: 5 };

describe("findUnsupported", () => {
  it("finds nothing in a full browser", () => {
    expect(findUnsupported(full)).toBeUndefined();
  });

  it.each<[string, BrowserEnvironment]>([
    ["notABrowser", {}],
    ["insecureContext", { ...full, isSecureContext: false }],
    ["noServiceWorker", { ...full, navigator: { userAgent: "Firefox" } }],
    ["noPush", { ...full, PushManager: undefined }],
    ["notInstalled", { ...full, navigator: iPhone, PushManager: undefined }],
    ["notInstalled", { ...full, navigator: iPad, PushManager: undefined }],
    ["noPush", { ...full, navigator: { ...iPhone, standalone: true }, PushManager: undefined }],
    [
      "crossOriginFrame",
      {
        ...full,
        top: {
          get location(): never {
            throw new Error("SecurityError");
          },
        },
      },
    ],
  ])("finds %s", (reason, host) => {
    expect(findUnsupported(host)).toBe(reason);
  });

  it("finds nothing in a frame of the same site, and on an iPhone's home screen", () => {
    expect(findUnsupported({ ...full, top: { location: { origin: "https://game.test" } } })).toBe(
      undefined,
    );
    expect(findUnsupported({ ...full, navigator: iPhone })).toBeUndefined();
  });
});

describe("push in Node, as on a server that renders pages", () => {
  const provider = createLocalTokenProvider();

  it("can be created, is unsupported, and rejects enable() with the reason", async () => {
    const push = createPush({ vapidKey: "", provider });
    expect(await push.state()).toMatchObject({ status: "unsupported", reason: "notABrowser" });
    expect(push.on("click", () => {})).toBeTypeOf("function");
    expect(await rejectionOf(push.enable())).toMatchObject({
      kind: "push",
      errors: [{ code: "notABrowser" }],
    });
    await push.disable();
  });

  it.each<[string, object]>([
    ["firebase", { vapidKey: "key" }],
    ["vapidKey", { provider }],
    ["templates", { vapidKey: "", provider, templates: { a: { title: "x".repeat(5_000) } } }],
    ["gateway", { vapidKey: "", provider }],
  ])("names a wrong %s", (field, options) => {
    expect(() => createPush(options as never).attach({} as never)).toThrow(
      expect.objectContaining({
        kind: "invalidArgument",
        message: expect.stringContaining(`: ${field} `) as string,
      }),
    );
  });
});

describe("the worker's address", () => {
  const config = { base: "https://game.test/play/", locale: "ja" };

  it("contains the configuration, in any script", () => {
    const templates = { "*": { title: "マッチが成立しました 🎉 +/=?&" } };
    const url = withConfig(new URL("https://game.test/sw.js?v=1"), { ...config, templates });
    expect(url.searchParams.get("v")).toBe("1");
    expect(readConfig(url.search)).toEqual({ ...config, templates });
  });

  it.each(["", "?other=1", "?gs2-gateway=%%%", "?gs2-gateway=bm90IEpTT04"])(
    "without a configuration has none: %s",
    (search) => {
      expect(readConfig(search)).toBeUndefined();
    },
  );
});

it.each<[unknown, boolean]>([
  [`B${"a".repeat(86)}`, true],
  [`B${"-_".repeat(43)}=`, true],
  [`B${"a".repeat(85)}`, false],
  [`A${"a".repeat(86)}`, false],
  ["", false],
  [undefined, false],
])("a VAPID key is 65 bytes: %s", (key, is) => {
  expect(isVapidKey(key)).toBe(is);
});

it("VERSION is that of the package", () => {
  expect(VERSION).toBe((JSON.parse(readInRepo("package.json")) as { version: string }).version);
});
