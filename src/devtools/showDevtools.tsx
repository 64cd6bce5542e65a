import { render } from "preact";
import type { GatewayClient } from "../client/client.js";
import { invalidArgument } from "../errors.js";
import { createHost, listenTo, putInPage } from "./host.js";
import { Mover } from "./mover.js";
import { Panel } from "./panel.js";
import { PanelState } from "./panelState.js";
import { FrameRecorder, requireInternals, type RecorderOptions } from "./recorder.js";
import { readSaved, save } from "./saved.js";
import { devtoolsTexts, languageOfBrowser, type DevtoolsLanguage } from "./texts.js";
import { Throttle } from "./throttle.js";
import { createKeyCheck } from "./unknownKeys.js";

export interface DevtoolsOptions extends RecorderOptions {
  /** Default: Japanese where the browser's language is, else English. */
  language?: DevtoolsLanguage | undefined;
  /** Default: that of the system. */
  theme?: "light" | "dark" | undefined;
  /** Names the client, where a page has several. Default `gs2-gateway`. */
  title?: string | undefined;
  /** Begins as a small button. Later, and after a reload, it is as it was left. Default false. */
  folded?: boolean | undefined;
  /**
   * Nonce of the page's Content Security Policy, for browsers without `adoptedStyleSheets` (Safari
   * before 16.4, Firefox before 101). Others need none, and no `unsafe-inline`.
   */
  nonce?: string | undefined;
}

const SECOND_MS = 1_000;

const panels = new WeakMap<GatewayClient, () => void>();

/**
 * Shows a panel over the game: the status and its reason, the round trip, the bindings, and the
 * frames both ways with the payload of notifications; a button drops the line, and one saves the
 * last 1,000 frames as a recording. For development: load it by `import()` behind a condition that
 * the build removes.
 *
 * It works with GS2 itself and with an emulator, at any time after the client was constructed, and
 * shows the frames from then on. Tokens, secrets, passwords and signatures are `***`. The panel
 * lies in a shadow root, sends nothing by itself, and takes no input of the game. A second panel of
 * a client takes the place of the first; it goes with `dispose()` of the client.
 *
 * Throws a GatewayError of kind `invalidArgument` where there is no document, for what is no
 * GatewayClient, and for an option that is not one of its values.
 *
 * @returns removes the panel
 */
export function showDevtools(gateway: GatewayClient, options: DevtoolsOptions = {}): () => void {
  const method = "showDevtools";
  const internals = requireInternals(method, gateway);
  const { language, theme, title = "gs2-gateway" } = options;
  requireChoice(method, "language", language, ["en", "ja"]);
  requireChoice(method, "theme", theme, ["light", "dark"]);
  if (typeof document === "undefined") {
    throw invalidArgument(method, "document", "is missing: it needs a page");
  }
  const redraw = new Throttle(() => draw());
  const recorder = new FrameRecorder(method, gateway, options, redraw.soon);
  panels.get(gateway)?.();

  const { host, root, place } = createHost(options);
  const saved = readSaved(title);
  const mover = new Mover(host, (left, top) => save(title, { left, top }));
  const t = devtoolsTexts[language ?? languageOfBrowser()];
  const isFolded = saved.isFolded ?? options.folded ?? false;
  const state = new PanelState(gateway, internals, recorder, {
    t,
    title,
    isFolded,
    changed: redraw.soon,
  });
  const checkKeys = createKeyCheck(internals, (key, nearest, problem) => {
    const message = `"${key}" is not a known key of GS2's notifications: ${problem}`;
    internals.report("warn", "unknownKey", message, { key, nearest });
    state.say(t.unknownKey(key, nearest), true);
  });
  const draw = (): void => {
    checkKeys();
    const hadFocus = hasFocus(root);
    state.placeList();
    render(<Panel state={state} mover={mover} close={remove} />, place);
    // What had the focus may be gone.
    if (hadFocus && !hasFocus(root)) {
      root.querySelector<HTMLElement>(".pill, .list, [name=fold]")?.focus();
    }
    measureList(root, state);
    mover.keepInPage();
    if (gateway.connection.nextRetryAt !== undefined) redraw.in(SECOND_MS);
  };

  const undos = [
    gateway.lifecycle.on("status", redraw.soon),
    internals.onDispose(() => remove()),
    listenTo(document, "fullscreenchange", () => putInPage(host)),
    listenTo(globalThis.window, "resize", redraw.soon),
    () => recorder.stop(),
    () => redraw.end(),
  ];
  const remove = (): void => {
    panels.delete(gateway);
    for (const undo of undos) undo();
    render(null, place);
    host.remove();
  };
  panels.set(gateway, remove);
  putInPage(host);
  mover.placeAt(saved);
  draw();
  return remove;
}

const hasFocus = (root: ShadowRoot): boolean => root.activeElement !== null;

function requireChoice<Choice extends string>(
  method: string,
  field: string,
  value: Choice | undefined,
  choices: readonly Choice[],
): void {
  if (value === undefined || choices.includes(value)) return;
  throw invalidArgument(method, field, `must be ${choices.join(" or ")}`);
}

/** Brings the list to where it was drawn for; draws again where its height was another. */
function measureList(root: ShadowRoot, state: PanelState): void {
  const list = root.querySelector(".list");
  if (!list) return;
  list.scrollTop = state.scrollTop;
  if (state.listHeight === list.clientHeight) return;
  state.listHeight = list.clientHeight;
  state.changed();
}
