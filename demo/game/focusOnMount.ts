import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Focuses a new heading where the focused element was removed, so that keyboard navigation goes on
 * there.
 */
export function useFocusOnMount<E extends HTMLElement>() {
  const heading = useRef<E>(null);
  useLayoutEffect(() => {
    if (!document.activeElement || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return heading;
}
