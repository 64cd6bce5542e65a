import type { LoggedFrame } from "../wire/frameLog.js";
import { isObject, parseJson } from "../wire/json.js";
import { notificationKey } from "../wire/notifications.js";
import type { PanelState } from "./panelState.js";
import { ROW_HEIGHT } from "./styles.js";
import { Square } from "./square.js";

/** Rows drawn above and below the visible ones. */
const SPARE = 4;
/** The height of the list until it is measured, in pixels. */
const FIRST_HEIGHT = 240;
const LONGEST_PREVIEW = 120;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const bodyOf = ({ body }: LoggedFrame): Readonly<Record<string, unknown>> => {
  const inner = body?.["body"];
  return isObject(inner) ? inner : {};
};

/** Key of a notification, or the name of a method. */
function whatOf(frame: LoggedFrame, state: PanelState): string {
  const { type, method, requestId } = frame;
  if (type === "unreadable") return state.t.unreadable;
  if (type !== "notification") return method?.split(".").at(-1) ?? requestId ?? "";
  const { issuer, subject } = bodyOf(frame);
  return notificationKey(textOf(issuer), textOf(subject));
}

/** What every call has, and its name says already. */
const ENVELOPE = /^(x_gs2|xGs2.*|accessToken)$/;

function previewOf(frame: LoggedFrame): string {
  const { type, body, status } = frame;
  if (!body) return "";
  if (type === "notification") return textOf(bodyOf(frame)["payload"]).slice(0, LONGEST_PREVIEW);
  if (type === "reply")
    return `${status ?? ""} ${JSON.stringify(bodyOf(frame))}`.slice(0, LONGEST_PREVIEW);
  const params = Object.entries(body).filter(([name]) => !ENVELOPE.test(name));
  return JSON.stringify(Object.fromEntries(params)).slice(0, LONGEST_PREVIEW);
}

const isProblem = ({ type, status }: LoggedFrame): boolean =>
  type === "unreadable" || (type === "reply" && status !== 200);

const timeOf = (at: number): string => {
  const time = new Date(at);
  const two = (part: number): string => String(part).padStart(2, "0");
  const ms = String(time.getMilliseconds()).padStart(3, "0");
  return `${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}.${ms}`;
};

/** A list box that draws only its visible rows. */
export function FrameList({ state }: { readonly state: PanelState }) {
  const { t, frames, selected } = state;
  if (frames.length === 0) return <p class="empty">{t.empty}</p>;
  const height = state.listHeight || FIRST_HEIGHT;
  const total = frames.length * ROW_HEIGHT;
  const top = state.scrollTop;
  const from = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE);
  const drawn = frames.slice(from, Math.ceil((top + height) / ROW_HEIGHT) + SPARE);
  const isDrawn = drawn.some(({ id }) => id === selected?.id);
  return (
    <div class="frame-list">
      <div
        class="list"
        role="listbox"
        tabIndex={0}
        aria-label={t.frames}
        aria-activedescendant={isDrawn ? `frame-${selected!.id}` : undefined}
        onScroll={({ currentTarget }) => state.scrolled(currentTarget)}
        onKeyDown={(event) => onKeyDown(event, state)}
      >
        <div class="whole" role="presentation" style={{ height: `${total}px` }}>
          {drawn.map((frame, index) => (
            <Row key={frame.id} state={state} frame={frame} index={from + index} />
          ))}
        </div>
      </div>
      {!state.isFollowing && (
        <button type="button" class="newest" name="newest" onClick={() => state.follow()}>
          {t.newest}
        </button>
      )}
    </div>
  );
}

function Row({
  state,
  frame,
  index,
}: {
  readonly state: PanelState;
  readonly frame: LoggedFrame;
  readonly index: number;
}) {
  const { t, selected } = state;
  const isOut = frame.direction === "out";
  return (
    <div
      id={`frame-${frame.id}`}
      class={isProblem(frame) ? "row bad" : "row"}
      role="option"
      aria-selected={frame.id === selected?.id}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
      onClick={() => state.select(frame)}
    >
      <time>{timeOf(frame.at)}</time>
      <span role="img" aria-label={isOut ? t.toServer : t.toClient}>
        {isOut ? "↑" : "↓"}
      </span>
      <span class="what">{whatOf(frame, state)}</span>
      <span class="preview">{previewOf(frame)}</span>
    </div>
  );
}

function onKeyDown(event: KeyboardEvent, state: PanelState): void {
  const { frames, selected } = state;
  const found = frames.findIndex(({ id }) => id === selected?.id);
  const here = found < 0 ? frames.length : found;
  const page = Math.max(1, Math.floor((state.listHeight || FIRST_HEIGHT) / ROW_HEIGHT) - 1);
  const steps: Record<string, number> = {
    ArrowUp: here - 1,
    ArrowDown: here + 1,
    PageUp: here - page,
    PageDown: here + page,
    Home: 0,
    End: frames.length - 1,
  };
  const step = steps[event.key];
  if (event.key === "Escape" && selected) state.select(undefined);
  else if (step === undefined) return;
  else {
    const index = Math.max(0, Math.min(frames.length - 1, step));
    state.select(frames[index]);
    state.reveal(index);
  }
  event.preventDefault();
}

/** The frame as indented JSON; the payload of a notification in place of its text. */
function contentOf(frame: LoggedFrame, state: PanelState): string {
  if (!frame.body) return state.t.tooLong;
  if (frame.type !== "notification") return JSON.stringify(frame.body, null, 2);
  const { payload, ...rest } = bodyOf(frame);
  const parsed = parseJson(textOf(payload)) ?? payload;
  return `${JSON.stringify(rest, null, 2)}\n\n${state.t.payload}\n${JSON.stringify(parsed, null, 2)}`;
}

export function Detail({
  state,
  frame,
}: {
  readonly state: PanelState;
  readonly frame: LoggedFrame;
}) {
  const { t } = state;
  return (
    <section class="detail" aria-label={t.detail}>
      <header>
        <strong>{whatOf(frame, state)}</strong>
        <small>{t.masked}</small>
        <Square name="closeDetail" label={t.closeDetail} onClick={() => state.select(undefined)}>
          ×
        </Square>
      </header>
      <pre tabIndex={0} role="region" aria-label={t.detail}>
        {contentOf(frame, state)}
      </pre>
    </section>
  );
}
