import { useEffect, useRef } from "preact/hooks";
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
  // The list is there again once this is drawn.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".list")?.focus());
}

/** The log's entry with all that is in it, and the row of the table it belongs to. */
export function Detail({ row }: { row: Row }) {
  const say = texts.value;
  const { entry } = row;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <article
      class="detail"
      aria-label={say.entry}
      onKeyDown={({ key }: KeyboardEvent) => {
        if (key === "Escape") close();
      }}
    >
      <header>
        <button
          type="button"
          class="quiet square"
          aria-label={say.previous}
          title={say.previous}
          onClick={() => step(row, -1)}
        >
          <Icon name="back" />
        </button>
        <button
          type="button"
          class="quiet square"
          aria-label={say.next}
          title={say.next}
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
          aria-label={isWide.value ? say.close : say.back}
          title={isWide.value ? say.close : say.back}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="detail-body" tabIndex={0} role="region" aria-label={titleOf(row)}>
        {entry.kind === "event" && <p>{entry.text}</p>}
        <Facts row={row} />
        {entry.kind === "frame" && <FrameDetail frame={entry} />}
        {entry.kind === "event" && <Json value={entry.detail} label={say.whole} />}
      </div>
    </article>
  );
}

function Facts({ row }: { row: Row }) {
  const say = texts.value;
  const { entry } = row;
  const partner = log.partner(row);
  const isAnswer = row.kind === "reply";
  const tookMs = partner && Math.abs(partner.entry.at - entry.at);
  const shown: [string, string][] = [[say.time, exactDate(entry.at)]];
  if (entry.kind === "frame") {
    const players = entry.players.map((one) => `${one.userId} (${one.namespaceName})`).join(", ");
    shown.push([say.connection, entry.connectionId ?? say.overRest]);
    if (players !== "") shown.push([say.player, players]);
    shown.push([say.size, say.characters(entry.size)]);
  }
  return (
    <>
      <dl class="facts">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {partner && (
        <p class="partner">
          <button type="button" id="partner" onClick={() => open(partner)}>
            {isAnswer ? say.toCall : say.toAnswer}
          </button>
          {tookMs !== undefined && <span>{say.answeredAfter(tookMs)}</span>}
        </p>
      )}
    </>
  );
}

function FrameDetail({ frame }: { frame: LoggedFrame }) {
  const say = texts.value;
  const { type, method, body } = frame;
  if (body === null) {
    return (
      <p>{frame.size > 65_536 ? say.tooLong : frame.size === 0 ? say.binary : say.unreadable}</p>
    );
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
              <Icon name="again" /> {say.resend}
            </button>
            <button type="button" id="edit" onClick={() => editFrame(frame)}>
              {say.edit}
            </button>
          </p>
          <h3>{say.payload}</h3>
          <Json value={readable(notificationOf(frame).payload)} label={say.payload} />
          <NotificationRow name={keyOf(frame)} payload={notificationOf(frame).payload} />
        </>
      )}
      {method !== null && <MethodRow method={method} values={type === "call" ? body : undefined} />}
      <h3>{say.whole}</h3>
      <Json value={body} label={say.whole} />
      <p class="hint">{say.hidden}</p>
    </>
  );
}
