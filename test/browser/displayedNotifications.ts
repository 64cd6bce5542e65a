import type { CDPSession } from "playwright-core";

/**
 * The notifications that the browser displays from now on, in order, as `title: body`; the list
 * grows. A test waits on this list: Chromium deletes a notification that is being displayed while
 * `getNotifications` runs, so a test must not poll that.
 */
export async function recordDisplayed(session: CDPSession): Promise<readonly string[]> {
  const displayed: string[] = [];
  session.on("BackgroundService.backgroundServiceEventReceived", ({ backgroundServiceEvent }) => {
    const { eventName, eventMetadata } = backgroundServiceEvent;
    if (eventName !== "Notification displayed") return;
    const read = (name: string) => eventMetadata.find(({ key }) => key === name)?.value ?? "";
    displayed.push(`${read("Title")}: ${read("Body")}`);
  });
  const service = "notifications";
  await session.send("BackgroundService.startObserving", { service });
  await session.send("BackgroundService.setRecording", { service, shouldRecord: true });
  return displayed;
}
