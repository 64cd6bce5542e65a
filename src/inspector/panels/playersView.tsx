import { signal } from "@preact/signals";
import type { WebSocketSession } from "../../wire/models.js";
import { isWide, log, refreshSockets, sockets, view } from "../app.js";
import { api, type OpenConnection } from "../api.js";
import { texts, timeOfDay } from "../language.js";
import { noFilter } from "../log/rows.js";
import { Icon } from "../parts/icon.js";
import { change } from "../send/sending.js";
import { act } from "./action.js";

/** Thousands of cards would be slow to draw. */
const SHOWN = 100;

const search = signal("");

interface BoundPlayer {
  readonly session: WebSocketSession;
  readonly socket: OpenConnection;
}

const matches = (words: string, ...texts: string[]): boolean =>
  words === "" || texts.some((text) => text.toLowerCase().includes(words.toLowerCase()));

function byNamespace(players: readonly BoundPlayer[]): [string, BoundPlayer[]][] {
  const found = new Map<string, BoundPlayer[]>();
  for (const player of players) {
    const { namespaceName } = player.session;
    const list = found.get(namespaceName);
    if (list) list.push(player);
    else found.set(namespaceName, [player]);
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

function showFrames(connectionId: string): void {
  log.setFilter({ ...noFilter, connectionId });
  if (!isWide.value) view.value = "log";
}

function ShowFrames({ connectionId }: { connectionId: string }) {
  return (
    <button type="button" class="quiet" onClick={() => showFrames(connectionId)}>
      <Icon name="filter" /> {texts.value.showFrames}
    </button>
  );
}

function SocketActions({ connectionId }: { connectionId: string }) {
  const t = texts.value;
  const all = [
    ["cut", t.cut, t.cutHint, api.cut],
    ["kick", t.kick, t.kickHint, api.kick],
    ["expire", t.expire, t.expireHint, api.expireTokens],
  ] as const;
  return (
    <p class="actions">
      {all.map(([name, label, hint, action]) => (
        <button
          key={name}
          type="button"
          class={`${name} warns`}
          title={hint}
          onClick={() => void act(() => action(connectionId), refreshSockets)}
        >
          {label}
        </button>
      ))}
    </p>
  );
}

function PlayerCard({ player: { session, socket } }: { player: BoundPlayer }) {
  const t = texts.value;
  const { userId, namespaceName, sessionId, createdAt } = session;
  return (
    <li class="card good" data-user={userId}>
      <p class="card-title">
        <strong>{userId}</strong>
        {sessionId != null && <span class="tag">{t.exclusive}</span>}
        <time>{t.sessionOf(timeOfDay(createdAt))}</time>
      </p>
      <p class="why">{socket.connectionId}</p>
      <p class="actions">
        <button
          type="button"
          onClick={() => {
            change({ userId, namespaceName });
            view.value = "send";
          }}
        >
          <Icon name="send" /> {t.sendTo}
        </button>
        <ShowFrames connectionId={socket.connectionId} />
      </p>
      <SocketActions connectionId={socket.connectionId} />
    </li>
  );
}

export function PlayersView() {
  const t = texts.value;
  const words = search.value.trim();
  const all = sockets.value;
  const players = all
    .flatMap((socket) => socket.sessions.map((session) => ({ session, socket })))
    .filter(({ session, socket }) =>
      matches(words, session.userId, session.namespaceName, socket.connectionId),
    );
  const idle = all.filter(
    ({ sessions, connectionId }) => sessions.length === 0 && matches(words, connectionId),
  );
  const shown = players.slice(0, SHOWN);
  const rest = players.length - shown.length;
  return (
    <>
      <h2>{t.playersTitle}</h2>
      <input
        type="search"
        aria-label={t.searchPlayers}
        placeholder={t.searchPlayers}
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      {all.length === 0 && (
        <div class="empty">
          <p>
            <strong>{t.noSockets}</strong>
          </p>
          <p>{t.noSocketsHint}</p>
        </div>
      )}
      {byNamespace(shown).map(([namespaceName, inside]) => (
        <section key={namespaceName} aria-label={namespaceName}>
          <h3>
            {namespaceName} <span class="tag">{inside.length}</span>
          </h3>
          <ul class="cards">
            {inside.map((player) => (
              <PlayerCard key={player.session.webSocketSessionId} player={player} />
            ))}
          </ul>
        </section>
      ))}
      {rest > 0 && <p class="hint">{t.more(rest)}</p>}
      {idle.length > 0 && (
        <section aria-label={t.unboundSockets}>
          <h3>
            {t.unboundSockets} <span class="tag">{idle.length}</span>
          </h3>
          <ul class="cards">
            {idle.slice(0, SHOWN).map(({ connectionId, openedAt }) => (
              <li class="card" key={connectionId}>
                <p class="card-title">
                  <span class="why">{connectionId}</span>
                  <time>{t.sessionOf(timeOfDay(openedAt))}</time>
                </p>
                <p class="actions">
                  <ShowFrames connectionId={connectionId} />
                </p>
                <SocketActions connectionId={connectionId} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
