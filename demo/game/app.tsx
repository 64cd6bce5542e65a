import { computed, effect } from "@preact/signals";
import { bell, push } from "./bell.js";
import { BellRow } from "./bellRow.js";
import { ConnectionBar, SessionElsewhere, StatusPill, lostSession } from "./connectionBar.js";
import { DrawerButton, FaultDrawer, isDrawerOpen } from "./faultDrawer.js";
import { player, quit, state, sync, isReady } from "./game.js";
import { setLanguage, language, texts } from "./language.js";
import { Gathering, Lobby } from "./lobby.js";
import { Login } from "./login.js";
import { Match } from "./match.js";
import { Missions } from "./missions.js";
import { News, isWide } from "./news.js";
import { NoServer, isServerHere } from "./noServer.js";
import { Press } from "./press.js";
import { Result } from "./result.js";
import { announce, toasts } from "./toasts.js";

type View = "noServer" | "login" | "elsewhere" | "lobby" | "gathering" | "match" | "result";

const view = computed((): View => {
  if (!player.value) return isServerHere.value === false ? "noServer" : "login";
  if (lostSession.value) return "elsewhere";
  const { match, gathering } = state.value ?? {};
  if (match) return match.isOver ? "result" : "match";
  return gathering ? "gathering" : "lobby";
});

effect(() => {
  document.documentElement.dataset["view"] = view.value;
});

// Fires for a click on a notification.
push.on("click", ({ key }) => {
  if (!player.value) return;
  announce(key === "Gs2Matchmaking:Complete" ? "matchFound" : "welcomeBack");
  if (isReady.value) void sync();
});

export function App() {
  const isLeftOut = view.value === "noServer" || view.value === "login";
  return (
    <>
      <Header />
      <ConnectionBar />
      <main data-view={view.value}>
        {isLeftOut ? <Entrance /> : <Playing />}
        {isDrawerOpen.value && player.value && <FaultDrawer />}
      </main>
      <div id="toasts" role="status" aria-live="polite">
        {toasts.value.map(({ id, text }) => (
          <p key={id} class="toast">
            {text}
          </p>
        ))}
      </div>
    </>
  );
}

function Header() {
  const t = texts.value;
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="m12 4 2.4 5.2 5.6.6-4.2 3.8 1.2 5.6L12 16.3 7 19.2l1.2-5.6L4 9.8l5.6-.6Z" />
        </svg>
        <span>{t.name}</span>
      </h1>
      <StatusPill />
      {player.value && <DrawerButton />}
      <select
        id="language"
        aria-label={t.languageLabel}
        value={language.value}
        onChange={({ currentTarget }) => setLanguage(currentTarget.value === "ja" ? "ja" : "en")}
      >
        <option value="en">EN</option>
        <option value="ja">日本語</option>
      </select>
    </header>
  );
}

const Entrance = () => (view.value === "noServer" ? <NoServer /> : <Login />);

function Playing() {
  const isRound = view.value === "match";
  return (
    <div class="playing">
      <div class="stage">
        {!isRound && <PlayerRow />}
        {view.value === "elsewhere" && <SessionElsewhere />}
        {view.value === "lobby" && <Lobby />}
        {view.value === "gathering" && <Gathering />}
        {view.value === "match" && <Match />}
        {view.value === "result" && <Result />}
      </div>
      <div class="side">
        {view.value !== "elsewhere" && <Missions />}
        {["lobby", "gathering"].includes(view.value) && bell.value && <BellRow />}
        {isWide.value && <News />}
      </div>
    </div>
  );
}

function PlayerRow() {
  const t = texts.value;
  const { name, isExclusive } = player.value ?? { name: "", isExclusive: false };
  return (
    <section id="player" class="card row">
      <h2>{name}</h2>
      {isExclusive && <span class="tag">{t.oneSession}</span>}
      {/* The next player of this browser must not get this player's pushes. */}
      <Press id="quit" action={() => quit(() => push.disable())}>
        {t.quit}
      </Press>
    </section>
  );
}
