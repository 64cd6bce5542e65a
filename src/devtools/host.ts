import { separateInput } from "./gameInput.js";
import { styles } from "./styles.js";

/** An element whose content has no styles of the game, and whose styles the game does not get. */
export function createHost({
  theme,
  nonce,
}: {
  readonly theme?: string | undefined;
  readonly nonce?: string | undefined;
}): { readonly host: HTMLElement; readonly root: ShadowRoot; readonly place: HTMLElement } {
  const host = document.createElement("gs2-gateway-devtools");
  if (theme) host.dataset["theme"] = theme;
  const root = host.attachShadow({ mode: "open" });
  addStyles(root, nonce);
  separateInput(host, root);
  const place = document.createElement("div");
  root.append(place);
  return { host, root, place };
}

/** A style sheet made by a script is no inline style to a Content Security Policy. */
function addStyles(root: ShadowRoot, nonce: string | undefined): void {
  if ("adoptedStyleSheets" in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement("style");
  if (nonce) style.nonce = nonce;
  style.textContent = styles;
  (root as ShadowRoot).append(style);
}

/**
 * Beside the body, which a game may empty; while an element has the whole screen, nothing outside
 * it is seen.
 */
export function putInPage(host: HTMLElement): void {
  const { fullscreenElement, documentElement } = document;
  const hasContent =
    fullscreenElement && !/^(canvas|video|iframe)$/i.test(fullscreenElement.tagName);
  (hasContent ? fullscreenElement : documentElement).append(host);
}

/** @returns ends it */
export function listenTo(target: EventTarget, type: string, listener: () => void): () => void {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}
