import { signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import {
  faultNames,
  isOn,
  lasting,
  mend,
  refresh,
  reports,
  set,
  type FaultName,
} from "./faults.js";
import { connection, player } from "./game.js";
import { texts } from "./language.js";
import { News, isWide } from "./news.js";
import { Press } from "./press.js";

export const isDrawerOpen = signal(false);

const OPENER = "open-drawer";

export function DrawerButton() {
  const say = texts.value;
  return (
    <button
      type="button"
      id={OPENER}
      aria-expanded={isDrawerOpen.value}
      aria-controls="drawer"
      onClick={() => (isDrawerOpen.value = !isDrawerOpen.value)}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M9 1.5 3.5 9H7L6 14.5 12.5 6.5h-4Z" fill="currentColor" />
      </svg>
      <span>{say.breakIt}</span>
    </button>
  );
}

function close(): void {
  isDrawerOpen.value = false;
  document.getElementById(OPENER)?.focus();
}

async function strike(name: FaultName, userId: string): Promise<void> {
  await set(name, userId, true);
  // On a phone the drawer would hide what it has done.
  if (!isWide.value) close();
}

/** Everything that goes wrong with a network, on purpose, one line each. The game goes on beside it. */
export function FaultDrawer() {
  const say = texts.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const { status } = connection.value;
  useEffect(() => heading.current?.focus(), []);
  // A connection that changes may be a fault that has struck.
  useEffect(() => void refresh(), [status]);
  const userId = player.value?.name ?? "";
  return (
    <aside
      id="drawer"
      aria-labelledby="drawer-title"
      onKeyDown={({ key }) => key === "Escape" && close()}
    >
      <header>
        <h2 id="drawer-title" ref={heading} tabIndex={-1}>
          {say.breakIt}
        </h2>
        <Press id="mend" action={() => mend(userId)}>
          {say.mend}
        </Press>
        <button type="button" class="icon" id="close-drawer" aria-label={say.close} onClick={close}>
          ×
        </button>
      </header>
      <p class="soft">{reports.value ? say.faultsHint : say.faultsGone}</p>
      <ul class="faults">
        {faultNames.map((name) => (
          <Fault key={name} name={name} userId={userId} />
        ))}
      </ul>
      {!isWide.value && <News />}
    </aside>
  );
}

function Fault({ name, userId }: { name: FaultName; userId: string }) {
  const say = texts.value;
  const id = useId();
  const [title, says] = say.faults[name];
  const isActive = isOn(name, userId);
  return (
    <li data-fault={name} class={isActive ? "on" : ""}>
      <p>
        <strong id={`${id}-name`}>{title}</strong>
        <span id={`${id}-says`}>{says}</span>
      </p>
      {lasting.includes(name) ? (
        <input
          type="checkbox"
          role="switch"
          checked={isActive}
          aria-labelledby={`${id}-name`}
          aria-describedby={`${id}-says`}
          onChange={({ currentTarget }) => void set(name, userId, currentTarget.checked)}
        />
      ) : (
        <Press action={() => strike(name, userId)}>
          {say.doIt}
          <span class="unseen">: {title}</span>
        </Press>
      )}
    </li>
  );
}
