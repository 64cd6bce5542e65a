import { signal } from "@preact/signals";
import type { WebSocketSession } from "../../wire/models.js";
import { isWide, log, refreshSockets, sockets, view } from "../app.js";
import { control, type OpenConnection } from "../control.js";
import { texts, timeOfDay } from "../language.js";
import { everything } from "../log/rows.js";
import { Icon } from "../parts/icon.js";
import { change } from "../send/sending.js";
import { act } from "./action.js";

/** A page that draws thousands of them helps nobody. */
const SHOWN = 100;

const search = signal("");

interface Place {
  readonly session: WebSocketSession;
  readonly socket: OpenConnection;
}

const fits = (words: string, ...texts: string[]): boolean =>
  words === "" || texts.some((text) => text.toLowerCase().includes(words.toLowerCase()));

function byNamespace(places: readonly Place[]): [string, Place[]][] {
  const found = new Map<string, Place[]>();
  for (const place of places) {
    const { namespaceName } = place.session;
    const list = found.get(namespaceName);
    if (list) list.push(place);
    else found.set(namespaceName, [place]);
  }
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

function showFrames(connectionId: string): void {
  log.setFilter({ ...everything, connectionId });
  if (!isWide.value) view.value = "log";
}

function SocketActions({ connectionId }: { connectionId: string }) {
  const say = texts.value;
  const all = [
    ["cut", say.cut, say.cutHint, control.cut],
    ["kick", say.kick, say.kickHint, control.kick],
    ["expire", say.expire, say.expireHint, control.expireTokens],
  ] as const;
  return (
    <p class="actions">
      <button type="button" class="quiet" onClick={() => showFrames(connectionId)}>
        <Icon name="filter" /> {say.showFrames}
      </button>
      {all.map(([name, words, hint, does]) => (
        <button
          key={name}
          type="button"
          class={`${name} warns`}
          title={hint}
          onClick={() => void act(() => does(connectionId), refreshSockets)}
        >
          {words}
        </button>
      ))}
    </p>
  );
}

function PlayerCard({ place: { session, socket } }: { place: Place }) {
  const say = texts.value;
  const { userId, namespaceName, sessionId, createdAt } = session;
  return (
    <li class="card good" data-user={userId}>
      <p class="card-title">
        <strong>{userId}</strong>
        {sessionId != null && <span class="tag">{say.exclusive}</span>}
        <time>{say.sessionOf(timeOfDay(createdAt))}</time>
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
          <Icon name="send" /> {say.sendTo}
        </button>
      </p>
      <SocketActions connectionId={socket.connectionId} />
    </li>
  );
}

export function PlayersView() {
  const say = texts.value;
  const words = search.value.trim();
  const all = sockets.value;
  const places = all
    .flatMap((socket) => socket.sessions.map((session) => ({ session, socket })))
    .filter(({ session, socket }) =>
      fits(words, session.userId, session.namespaceName, socket.connectionId),
    );
  const idle = all.filter(
    ({ sessions, connectionId }) => sessions.length === 0 && fits(words, connectionId),
  );
  const shown = places.slice(0, SHOWN);
  const rest = places.length - shown.length;
  return (
    <>
      <h2>{say.playersTitle}</h2>
      <input
        type="search"
        aria-label={say.searchPlayers}
        placeholder={say.searchPlayers}
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      {all.length === 0 && (
        <div class="empty">
          <p>
            <strong>{say.noSockets}</strong>
          </p>
          <p>{say.noSocketsHint}</p>
        </div>
      )}
      {byNamespace(shown).map(([namespaceName, inside]) => (
        <section key={namespaceName} aria-label={namespaceName}>
          <h3>
            {namespaceName} <span class="tag">{inside.length}</span>
          </h3>
          <ul class="cards">
            {inside.map((place) => (
              <PlayerCard key={place.session.webSocketSessionId} place={place} />
            ))}
          </ul>
        </section>
      ))}
      {rest > 0 && <p class="hint">{say.more(rest)}</p>}
      {idle.length > 0 && (
        <section aria-label={say.nobodyBound}>
          <h3>
            {say.nobodyBound} <span class="tag">{idle.length}</span>
          </h3>
          <ul class="cards">
            {idle.slice(0, SHOWN).map(({ connectionId, openedAt }) => (
              <li class="card" key={connectionId}>
                <p class="card-title">
                  <span class="why">{connectionId}</span>
                  <time>{say.sessionOf(timeOfDay(openedAt))}</time>
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
