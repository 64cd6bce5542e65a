import type { GatewayClient } from "../client/client.js";
import type { ClientInternals } from "../core/internals.js";
import { isGatewayError } from "../errors.js";
import type { LoggedFrame } from "../wire/frameLog.js";
import type { FrameRecorder } from "./recorder.js";
import { save } from "./saved.js";
import { saveRecording } from "./saveRecording.js";
import { ROW_HEIGHT } from "./styles.js";
import type { DevtoolsTexts } from "./texts.js";

export type Filter = keyof DevtoolsTexts["filters"];

const isShown = (filter: Filter, { type }: LoggedFrame): boolean =>
  filter === "all" || (type === "notification") === (filter === "notifications");

/** What the panel shows, and what its buttons do. */
export class PanelState {
  isFolded: boolean;
  filter: Filter = "all";
  selected: LoggedFrame | undefined;
  isMeasuring = false;
  message: { readonly text: string; readonly isBad?: boolean } | undefined;
  /** The list stays at its end while frames come. */
  isFollowing = true;
  /** First visible pixel of the list, and its height. */
  scrollTop = 0;
  listHeight = 0;
  /** The first visible row: it stays where it is while older frames go. */
  #anchor: { readonly id: number; readonly offset: number } | undefined;

  readonly t: DevtoolsTexts;
  readonly title: string;
  /** Draws soon. */
  readonly changed: () => void;

  constructor(
    readonly gateway: GatewayClient,
    private readonly internals: ClientInternals,
    readonly recorder: FrameRecorder,
    panel: Pick<PanelState, "t" | "title" | "isFolded" | "changed">,
  ) {
    this.t = panel.t;
    this.title = panel.title;
    this.isFolded = panel.isFolded;
    this.changed = panel.changed;
  }

  get frames(): readonly LoggedFrame[] {
    return this.filter === "all"
      ? this.recorder.frames
      : this.recorder.frames.filter((frame) => isShown(this.filter, frame));
  }

  /** There is a socket, open or not yet. */
  get canDrop(): boolean {
    return ["opening", "loggingIn", "open"].includes(this.internals.connection.state.phase);
  }

  fold(isFolded: boolean): void {
    this.isFolded = isFolded;
    this.isFollowing = true;
    save(this.title, { isFolded });
    this.changed();
  }

  show(filter: Filter): void {
    this.filter = filter;
    this.isFollowing = true;
    if (this.selected && !isShown(filter, this.selected)) this.selected = undefined;
    this.changed();
  }

  /** The list was scrolled. */
  scrolled(list: Pick<Element, "scrollTop" | "scrollHeight" | "clientHeight">): void {
    const { scrollTop, scrollHeight, clientHeight } = list;
    // Also after the list was scrolled to where it was drawn.
    if (scrollTop === this.scrollTop) return;
    this.#scrollTo(scrollTop);
    this.isFollowing = scrollTop + clientHeight >= scrollHeight - ROW_HEIGHT / 2;
    this.changed();
  }

  /** Scrolls a row into view. */
  reveal(index: number): void {
    const top = index * ROW_HEIGHT;
    if (top < this.scrollTop) this.#scrollTo(top);
    else if (top + ROW_HEIGHT > this.scrollTop + this.listHeight) {
      this.#scrollTo(top + ROW_HEIGHT - this.listHeight);
    }
    this.isFollowing = index === this.frames.length - 1;
    this.changed();
  }

  follow(): void {
    this.isFollowing = true;
    this.changed();
  }

  /** Before it is drawn: where the list is scrolled to. */
  placeList(): void {
    const { frames } = this;
    if (this.isFollowing) {
      this.scrollTop = Math.max(0, frames.length * ROW_HEIGHT - this.listHeight);
    } else if (this.#anchor) {
      const { id, offset } = this.#anchor;
      const index = frames.findIndex((frame) => frame.id >= id);
      this.scrollTop = Math.max(0, index) * ROW_HEIGHT + offset;
    }
  }

  #scrollTo(scrollTop: number): void {
    this.scrollTop = scrollTop;
    const first = this.frames[Math.floor(scrollTop / ROW_HEIGHT)];
    this.#anchor = first && { id: first.id, offset: scrollTop % ROW_HEIGHT };
  }

  select(frame: LoggedFrame | undefined): void {
    this.selected = frame && this.recorder.masked(frame);
    this.changed();
  }

  drop(): void {
    const { connection } = this.internals;
    const { generation } = connection.state;
    if (this.canDrop) connection.dispatch({ type: "socketEnded", generation, clean: false });
  }

  async measure(): Promise<void> {
    this.isMeasuring = true;
    this.message = undefined;
    this.changed();
    try {
      // The recorder measures each reply, and this one.
      await this.gateway.ping();
    } catch (error) {
      this.say(this.t.failed(isGatewayError(error) ? error.kind : "unknown"), true);
    }
    this.isMeasuring = false;
    this.changed();
  }

  save(): void {
    const recording = this.recorder.recording();
    saveRecording(recording);
    this.say(this.t.saved(recording.frames.length));
  }

  clear(): void {
    this.recorder.clear();
    this.selected = this.message = undefined;
    this.changed();
  }

  say(text: string, isBad = false): void {
    this.message = { text, isBad };
    this.changed();
  }
}
