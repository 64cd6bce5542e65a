// Records pages as frames with their times, and writes one animated picture of several pages side
// by side.
import sharp from "sharp";

/**
 * Records what a page shows, in pixels of its viewport.
 *
 * @param {import("playwright-core").Page} page
 */
export async function recordPage(page) {
  const frames = [];
  const session = await page.context().newCDPSession(page);
  session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
    frames.push({ png: Buffer.from(data, "base64"), atMs: metadata.timestamp * 1_000 });
    void session.send("Page.screencastFrameAck", { sessionId }).catch(() => undefined);
  });
  await session.send("Page.startScreencast", { format: "png", everyNthFrame: 2 });
  return {
    frames,
    stop: () => session.send("Page.stopScreencast"),
  };
}

/** The last frame of a recording that was drawn by then, or its first. */
const frameAt = ({ frames }, atMs) => frames.findLast((one) => one.atMs <= atMs) ?? frames[0];

/**
 * Writes an animated WebP of recordings side by side, all of one size.
 *
 * @param scenes the times to show, in milliseconds since the epoch; what lies between them is cut
 */
export async function writeAnimation(file, recordings, { scenes, frameMs, width, gapPx, quality }) {
  const columnPx = (width - gapPx * (recordings.length - 1)) / recordings.length;
  const fitted = ({ png }) => sharp(png).resize({ width: columnPx }).png().toBuffer();
  const { height } = await sharp(await fitted(recordings[0].frames[0])).metadata();
  const times = scenes.flatMap(({ fromMs, untilMs }) =>
    Array.from(
      { length: Math.round((untilMs - fromMs) / frameMs) },
      (_, at) => fromMs + at * frameMs,
    ),
  );
  const frames = await Promise.all(
    times.map(async (atMs) => {
      const columns = await Promise.all(recordings.map((one) => fitted(frameAt(one, atMs))));
      const parts = columns.map((input, at) => ({ input, top: 0, left: at * (columnPx + gapPx) }));
      const ground = { width, height, channels: 4, background: "#0000" };
      return sharp({ create: ground }).composite(parts).png().toBuffer();
    }),
  );
  await sharp(frames, { join: { animated: true } })
    .webp({ quality, loop: 0, delay: frames.map(() => frameMs) })
    .toFile(file);
}
