import { useEffect, useRef } from "preact/hooks";

/** For the heading of what has come in place of something: where the focus went with that, a keyboard goes on here. */
export function useLanding<E extends HTMLElement>() {
  const landing = useRef<E>(null);
  useEffect(() => {
    if (!document.activeElement || document.activeElement === document.body) {
      landing.current?.focus({ preventScroll: true });
    }
  }, []);
  return landing;
}
