import type { ComponentType } from "preact";
import { faults, isWide, shownToast, view, type View } from "./app.js";
import { choose, language, texts, type Language } from "./language.js";
import { LogView } from "./log/logView.js";
import { connectionState } from "./log/stream.js";
import { FaultsView } from "./panels/faultsView.js";
import { OutboxView } from "./panels/outboxView.js";
import { PlayersView } from "./panels/playersView.js";
import { StateView } from "./panels/stateView.js";
import { Icon } from "./parts/icon.js";
import { SendView } from "./send/sendView.js";
import { nextTheme, theme } from "./theme.js";

const panels: readonly { view: Exclude<View, "log">; Panel: ComponentType }[] = [
  { view: "send", Panel: SendView },
  { view: "players", Panel: PlayersView },
  { view: "outbox", Panel: OutboxView },
  { view: "state", Panel: StateView },
  { view: "faults", Panel: FaultsView },
];

function Header() {
  const t = texts.value;
  const themeLabel = t.theme(t.themes[theme.value]);
  return (
    <header class="top">
      <a class="skip" href="#log">
        {t.skipToLog}
      </a>
      <h1>
        <span aria-hidden="true">◆</span> gs2-gateway
      </h1>
      <p class={`connection-state ${connectionState.value}`} role="status">
        {t.connectionState[connectionState.value]}
      </p>
      <select
        name="language"
        aria-label={t.language}
        value={language.value}
        onChange={(event) => choose(event.currentTarget.value as Language)}
      >
        <option value="en" lang="en">
          English
        </option>
        <option value="ja" lang="ja">
          日本語
        </option>
      </select>
      <button
        type="button"
        id="theme"
        class="quiet square"
        aria-label={themeLabel}
        title={themeLabel}
        onClick={nextTheme}
      >
        <Icon name="theme" />
      </button>
    </header>
  );
}

/** Tabs, with the arrow keys of the ARIA pattern. */
function Tabs({ views }: { views: readonly View[] }) {
  const t = texts.value;
  const onKeyDown = (event: KeyboardEvent) => {
    const here = views.indexOf(view.value);
    const to: Record<string, number> = {
      ArrowLeft: (here + views.length - 1) % views.length,
      ArrowRight: (here + 1) % views.length,
      Home: 0,
      End: views.length - 1,
    };
    const next = views[to[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    view.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" onKeyDown={onKeyDown}>
      {views.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`tab-${one}`}
          aria-selected={view.value === one}
          aria-controls={`panel-${one}`}
          tabIndex={view.value === one ? 0 : -1}
          onClick={() => (view.value = one)}
        >
          <Icon name={one} />
          <span>{t.views[one]}</span>
        </button>
      ))}
    </div>
  );
}

function PanelOf({ shown }: { shown: View }) {
  const found = panels.find((one) => one.view === shown);
  return (
    <div
      class={`panel panel-${shown}`}
      id={`panel-${shown}`}
      role="tabpanel"
      aria-labelledby={`tab-${shown}`}
      tabIndex={found ? 0 : -1}
    >
      {found ? <found.Panel /> : <LogView />}
    </div>
  );
}

export function Shell() {
  const besides = panels
    .map((one) => one.view)
    .filter((one) => one !== "faults" || faults.value !== undefined);
  return (
    <>
      <Header />
      {connectionState.value === "lost" && <p class="offline">{texts.value.emulatorGone}</p>}
      {isWide.value ? (
        <main class="wide">
          <LogView />
          <aside class="side" aria-label={texts.value.views[view.value]}>
            <Tabs views={besides} />
            <PanelOf shown={view.value} />
          </aside>
        </main>
      ) : (
        <main class="narrow">
          <PanelOf shown={view.value} />
          <Tabs views={["log", ...besides]} />
        </main>
      )}
      <div class="toast-place" role="status">
        {shownToast.value && (
          <p class={shownToast.value.isBad ? "toast bad" : "toast"} lang={shownToast.value.lang}>
            {shownToast.value.text}
          </p>
        )}
      </div>
    </>
  );
}
