/**
 * Runs in the page: the elements of a selector with Playwright's `:has-text()`, `:text()`,
 * `:text-is()`, `text=` and `>> nth=`.
 */
function selectAll(selector: string): Element[] {
  const [css = "", nth] = selector.split(" >> nth=");
  const textOf = (element: Element) => element.textContent.replaceAll(/\s+/g, " ").trim();
  const has = (text: string) => (element: Element) =>
    textOf(element).toLowerCase().includes(text.toLowerCase());
  const isSmallest = (text: string) => (element: Element) =>
    has(text)(element) && ![...element.children].some(has(text));
  const filters: Record<string, (text: string) => (element: Element) => boolean> = {
    "has-text": has,
    text: isSmallest,
    "text-is": (text) => (element) => textOf(element) === text,
  };
  const isSkipped = (element: Element) => ["SCRIPT", "STYLE", "HEAD"].includes(element.tagName);
  const find = (rest: string, roots: ParentNode[], isFirst: boolean): Element[] => {
    const match = /^(.*?):(has-text|text-is|text)\((?:"((?:[^"\\]|\\.)*)"|'([^']*)')\)(.*)$/s.exec(
      rest,
    );
    const plain = match ? match[1]! : rest;
    const scoped = isFirst ? plain || "*" : `:scope${plain}`;
    const found = roots.flatMap((root) =>
      !isFirst && plain === ""
        ? [root as Element]
        : !isFirst && !/^[\s>+~]/.test(plain)
          ? [root as Element].filter((one) => one.matches(`*${plain}`))
          : [...root.querySelectorAll(/[\s>+~]$/.test(scoped) ? `${scoped}*` : scoped)],
    );
    if (!match) return found;
    const text = match[3] === undefined ? match[4]! : (JSON.parse(`"${match[3]}"`) as string);
    const kept = found.filter((one) => !isSkipped(one) && filters[match[2]!]!(text)(one));
    return match[5] === "" ? kept : find(match[5]!, kept, false);
  };
  const all = css.startsWith("text=")
    ? find(`:text(${JSON.stringify(css.slice(5))})`, [document], true)
    : find(css, [document], true);
  const unique = [...new Set(all)];
  return nth === undefined ? unique : unique.slice(Number(nth), Number(nth) + 1);
}

/** Runs in the page: whether Playwright calls the element visible. */
function isShown(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return element.checkVisibility({ visibilityProperty: true }) && width > 0 && height > 0;
}

/** Runs in the page: until `endClick`, events of the pointer reach this element or none. */
function guardClick(this: ClickGuard, target: Element | undefined): Element | undefined {
  if (!target) return undefined;
  const controller = new AbortController();
  let isMissed: boolean | undefined;
  const types = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
  for (const type of types) {
    const listener = (event: Event) => {
      if (isMissed === undefined) {
        isMissed = !event.composedPath().includes(target);
        if (isMissed) this.missed = (event.target as Element).outerHTML.slice(0, 120);
      }
      if (!isMissed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener(type, listener, { capture: true, signal: controller.signal });
  }
  this.missed = undefined;
  this.endClick = () => {
    controller.abort();
    return this.missed;
  };
  return target;
}

interface ClickGuard {
  /** The element that the pointer met instead. */
  missed?: string | undefined;
  endClick?: () => string | undefined;
}

/** These functions in a page, wherever its document comes from. */
export const SELECTOR_SCRIPT = `globalThis.__tests ??= {
  selectAll: ${selectAll.toString()}, isShown: ${isShown.toString()}, guardClick: ${guardClick.toString()} };`;
