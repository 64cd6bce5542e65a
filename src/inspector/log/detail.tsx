import { useLayoutEffect, useRef } from "preact/hooks";
import type { LoggedFrame } from "../../wire/frameLog.js";
import { isWide, log } from "../app.js";
import { exactDate, texts } from "../language.js";
import { CopyButton } from "../parts/copy.js";
import { Icon } from "../parts/icon.js";
import { Json, readable } from "../parts/json.js";
import { editFrame, resendFrame } from "../send/sending.js";
import { MethodRow } from "./methodRow.js";
import { NotificationRow } from "./notificationRow.js";
import { keyOf, notificationOf, type Row } from "./rows.js";
import { titleOf } from "./rowView.js";

const open = (row: Row | undefined) => {
  if (row) log.selected.value = row;
};

function step(row: Row, by: -1 | 1): void {
  const rows = log.shown.value;
  open(rows[rows.findIndex(({ uid }) => uid === row.uid) + by]);
}

function close(): void {
  log.isOpen.value = false;
  // The list exists again after the next drawing.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".list")?.focus());
}

/** An entry with all its content, and its method or notification as GS2 defines it. */
export function Detail({ row }: { row: Row }) {
  const t = texts.value;
  const { entry } = row;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  return (
    <article
      class="detail"
      aria-label={t.entry}
      onKeyDown={({ key }: KeyboardEvent) => {
        if (key === "Escape") close();
      }}
    >
      <header>
        <button
          type="button"
          class="quiet square"
          aria-label={t.previous}
          title={t.previous}
          onClick={() => step(row, -1)}
        >
          <Icon name="back" />
        </button>
        <button
          type="button"
          class="quiet square"
          aria-label={t.next}
          title={t.next}
          onClick={() => step(row, 1)}
        >
          <Icon name="forward" />
        </button>
        <h2 tabIndex={-1} ref={heading}>
          {titleOf(row)}
        </h2>
        <CopyButton text={() => JSON.stringify(entry, null, 2)} />
        <button
          type="button"
          class="quiet square"
          id="close-detail"
          aria-label={isWide.value ? t.close : t.back}
          title={isWide.value ? t.close : t.back}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="detail-body" tabIndex={0} role="region" aria-label={titleOf(row)}>
        {entry.kind === "event" && <p>{entry.text}</p>}
        <Properties row={row} />
        {entry.kind === "frame" && <FrameDetail frame={entry} />}
        {entry.kind === "event" && <Json value={entry.detail} label={t.whole} />}
      </div>
    </article>
  );
}

function Properties({ row }: { row: Row }) {
  const t = texts.value;
  const { entry } = row;
  const counterpart = log.counterpart(row);
  const isReply = row.kind === "reply";
  const tookMs = counterpart && Math.abs(counterpart.entry.at - entry.at);
  const shown: [string, string][] = [[t.time, exactDate(entry.at)]];
  if (entry.kind === "frame") {
    const players = entry.players.map((one) => `${one.userId} (${one.namespaceName})`).join(", ");
    shown.push([t.connection, entry.connectionId ?? t.overRest]);
    if (players !== "") shown.push([t.player, players]);
    shown.push([t.size, t.characters(entry.size)]);
  }
  return (
    <>
      <dl class="properties">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {counterpart && (
        <p class="counterpart">
          <button type="button" id="counterpart" onClick={() => open(counterpart)}>
            {isReply ? t.toCall : t.toReply}
          </button>
          {tookMs !== undefined && <span>{t.repliedAfter(tookMs)}</span>}
        </p>
      )}
    </>
  );
}

function FrameDetail({ frame }: { frame: LoggedFrame }) {
  const t = texts.value;
  const { type, method, body } = frame;
  if (body === null) {
    return <p>{frame.size > 65_536 ? t.tooLong : frame.size === 0 ? t.binary : t.unreadable}</p>;
  }
  return (
    <>
      {type === "notification" && (
        <>
          <p class="actions">
            <button
              type="button"
              class="strong"
              id="resend"
              onClick={() => void resendFrame(frame)}
            >
              <Icon name="again" /> {t.resend}
            </button>
            <button type="button" id="edit" onClick={() => editFrame(frame)}>
              {t.edit}
            </button>
          </p>
          <h3>{t.payload}</h3>
          <Json value={readable(notificationOf(frame).payload)} label={t.payload} />
          <NotificationRow name={keyOf(frame)} payload={notificationOf(frame).payload} />
        </>
      )}
      {method !== null && <MethodRow method={method} values={type === "call" ? body : undefined} />}
      <h3>{t.whole}</h3>
      <Json value={body} label={t.whole} />
      <p class="hint">{t.hidden}</p>
    </>
  );
}
