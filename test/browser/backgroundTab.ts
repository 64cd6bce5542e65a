import type { Browser } from "playwright-core";

/**
 * A tab that can be hidden and frozen. Playwright keeps its pages in focus, and in those Chromium
 * ignores `Page.setWebLifecycleState` without an error. This tab is driven by CDP alone.
 */
export interface BackgroundTab {
  /** The value of an expression; promises are awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** Hides the tab and stops its scripts, as Chromium does to old background tabs. */
  freeze(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;

interface Reply {
  readonly id?: number;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

/** @param initScript runs in the page before its own scripts */
export async function openBackgroundTab(
  browser: Browser,
  url: string,
  initScript: string,
): Promise<BackgroundTab> {
  const session = await browser.newBrowserCDPSession();
  const { targetId } = await session.send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await session.send("Target.attachToTarget", { targetId });
  const waiting = new Map<number, (reply: Reply) => void>();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const reply = JSON.parse(message) as Reply;
    waiting.get(reply.id ?? 0)?.(reply);
  });
  const send = async (method: string, params: Json): Promise<Json> => {
    const id = waiting.size + 1;
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await session.send("Target.sendMessageToTarget", { sessionId, message });
    const { result, error } = await replied;
    if (!result) throw new Error(`${method}: ${error?.message ?? "no result"}`);
    return result;
  };
  const setState = async (state: "frozen" | "active") => {
    await send("Page.setWebLifecycleState", { state });
  };
  await send("Page.enable", {});
  await send("Page.addScriptToEvaluateOnNewDocument", { source: initScript });
  await send("Page.navigate", { url });
  return {
    async evaluate(expression) {
      const { result, exceptionDetails } = (await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })) as { result: { value?: unknown }; exceptionDetails?: { text: string } };
      if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
      return result.value;
    },
    freeze: () => setState("frozen"),
    resume: () => setState("active"),
    async close() {
      await session.send("Target.closeTarget", { targetId });
      await session.detach();
    },
  };
}
