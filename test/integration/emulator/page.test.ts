import { afterEach, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../src/emulator/index.js";
import { inspectorFile } from "../../../src/emulator/server/inspectorPage.js";

let emulator: Emulator | undefined;
afterEach(async () => {
  await emulator?.stop();
  emulator = undefined;
});

const config = { url: "u", rest: "r", webSocket: "w", strict: false, data: null };

test("the emulator serves the inspector at /, with its own addresses", async () => {
  emulator = await startEmulator({ strict: true });
  const response = await fetch(emulator.url);
  expect(response.headers.get("content-type")).toContain("text/html");
  // It can do all that the emulator can: no other page may frame it.
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
  const page = await response.text();
  const written = /<script type="application\/json" id="config">(.*?)<\/script>/.exec(page)![1]!;
  expect(JSON.parse(written)).toEqual({
    url: emulator.url,
    ...emulator.endpoints,
    strict: true,
    data: null,
  });
  for (const [, path] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    const file = await fetch(emulator.url + path!);
    expect([path, file.status]).toEqual([path, 200]);
    await file.body?.cancel();
  }
  expect((await fetch(`${emulator.url}/_emulator/page/main.tsx`)).status).toBe(404);
});

test("a data file's name cannot end the page's script", async () => {
  const data = "/tmp/</script><script>alert(1)</script>$&.json";
  const response = await inspectorFile("index.html", () => ({ ...config, data }));
  const page = await response!.text();
  expect(page).not.toContain("alert(1)</script>");
  expect(page).toContain("$&.json");
});

test("an emulator without a built inspector serves the command that builds it", async () => {
  const nowhere = new URL("file:///nowhere/src/emulator/server/inspectorPage.ts").href;
  const response = await inspectorFile("index.html", () => config, nowhere);
  expect(response!.status).toBe(200);
  expect(await response!.text()).toBe(
    "The emulator runs, but its inspector is not built: run npm run build in the sources of gs2-gateway.",
  );
});
