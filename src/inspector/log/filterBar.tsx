import { recordingOf } from "../../wire/recording.js";
import { log } from "../app.js";
import { texts } from "../language.js";
import { Icon } from "../parts/icon.js";
import type { Filter } from "./rows.js";

/** Saves the shown frames as a recording. The emulator has redacted secrets and tokens. */
function save(): void {
  const recording = recordingOf(
    log.shown.value.flatMap(({ entry }) => (entry.kind === "frame" ? [entry] : [])),
    { in: "toServer", out: "toClient" },
  );
  const file = new Blob([JSON.stringify(recording, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `gs2-gateway-recording-${new Date().toISOString().replaceAll(":", "-").slice(0, 19)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

const SOCKET = "socket:";
const USER = "user:";

export function FilterBar() {
  const t = texts.value;
  const { kind, text, userId, connectionId } = log.filter.value;
  const users = log.userIds.value;
  const who =
    connectionId !== undefined ? SOCKET + connectionId : userId !== undefined ? USER + userId : "";
  return (
    <div class="filter-bar" role="search">
      <input
        type="search"
        name="search"
        value={text}
        placeholder={t.searchHint}
        aria-label={t.search}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => log.setFilter({ text: event.currentTarget.value })}
      />
      <select
        name="kind"
        aria-label={t.show}
        value={kind}
        onChange={(event) => log.setFilter({ kind: event.currentTarget.value as Filter["kind"] })}
      >
        {Object.entries(t.kinds).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      <select
        name="player"
        aria-label={t.player}
        value={who}
        onChange={({ currentTarget: { value } }) =>
          log.setFilter({
            userId: value.startsWith(USER) ? value.slice(USER.length) : undefined,
            connectionId: value.startsWith(SOCKET) ? value.slice(SOCKET.length) : undefined,
          })
        }
      >
        <option value="">{t.allPlayers}</option>
        {connectionId !== undefined && <option value={who}>{t.oneSocket(connectionId)}</option>}
        {userId !== undefined && !users.includes(userId) && <option value={who}>{userId}</option>}
        {users.map((user) => (
          <option key={user} value={USER + user}>
            {user}
          </option>
        ))}
      </select>
      <Buttons />
    </div>
  );
}

function Buttons() {
  const t = texts.value;
  const isPaused = log.isPaused.value;
  return (
    <div class="buttons">
      <button
        type="button"
        id="pause"
        class={isPaused ? "square strong" : "square"}
        aria-pressed={isPaused}
        aria-label={isPaused ? t.resume : t.pause}
        title={isPaused ? t.resume : t.pause}
        onClick={() => (isPaused ? log.resume() : log.pause())}
      >
        <Icon name={isPaused ? "play" : "pause"} />
      </button>
      <button
        type="button"
        id="clear"
        class="square"
        aria-label={t.clear}
        title={t.clear}
        onClick={() => log.clear()}
      >
        <Icon name="clear" />
      </button>
      <button
        type="button"
        id="export"
        class="square"
        aria-label={t.exportJson}
        title={t.exportJson}
        onClick={save}
      >
        <Icon name="save" />
      </button>
    </div>
  );
}
