/**
 * Runs in a page before its scripts: it draws some ten frames a second, as on a slow phone. Sixty of
 * them take most of a page's CPU time where a program draws them, and no graphics card.
 */
export function drawFewFrames(): void {
  const FRAME_MS = 80;
  const native = requestAnimationFrame;
  const waiting = new Set<number>();
  globalThis.requestAnimationFrame = (callback) => {
    const id = Number(
      setTimeout(() => native((time) => waiting.delete(id) && callback(time)), FRAME_MS),
    );
    waiting.add(id);
    return id;
  };
  globalThis.cancelAnimationFrame = (id) => {
    clearTimeout(id);
    waiting.delete(id);
  };
}
