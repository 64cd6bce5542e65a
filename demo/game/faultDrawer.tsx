import { signal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import {
  faultNames,
  isActive,
  lasting,
  clearFaults,
  refreshReports,
  reports,
  setFault,
  type FaultName,
} from "./faults.js";
import { connection, player } from "./game.js";
import { texts } from "./language.js";
import { News, isWide } from "./news.js";
import { Press } from "./press.js";

export const isDrawerOpen = signal(false);

const OPENER = "open-drawer";

export function DrawerButton() {
  const t = texts.value;
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
      <span>{t.breakIt}</span>
    </button>
  );
}

function close(): void {
  isDrawerOpen.value = false;
  document.getElementById(OPENER)?.focus();
}

async function triggerFault(name: FaultName, userId: string): Promise<void> {
  await setFault(name, userId, true);
  // On a phone the drawer would cover the effect.
  if (!isWide.value) close();
}

/** A switch for each network fault. The game goes on beside it. */
export function FaultDrawer() {
  const t = texts.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const { status } = connection.value;
  useLayoutEffect(() => heading.current?.focus(), []);
  // A changed connection may be the effect of a fault.
  useEffect(() => void refreshReports(), [status]);
  const userId = player.value?.name ?? "";
  return (
    <aside
      id="drawer"
      aria-labelledby="drawer-title"
      onKeyDown={({ key }) => key === "Escape" && close()}
    >
      <header>
        <h2 id="drawer-title" ref={heading} tabIndex={-1}>
          {t.breakIt}
        </h2>
        <Press id="mend" action={() => clearFaults(userId)}>
          {t.clearFaults}
        </Press>
        <button type="button" class="icon" id="close-drawer" aria-label={t.close} onClick={close}>
          ×
        </button>
      </header>
      <p class="soft">{reports.value ? t.faultsHint : t.faultsGone}</p>
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
  const t = texts.value;
  const id = useId();
  const [title, description] = t.faults[name];
  const isOn = isActive(name, userId);
  return (
    <li data-fault={name} class={isOn ? "on" : ""}>
      <p>
        <strong id={`${id}-name`}>{title}</strong>
        <span id={`${id}-description`}>{description}</span>
      </p>
      {lasting.includes(name) ? (
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          aria-labelledby={`${id}-name`}
          aria-describedby={`${id}-description`}
          onChange={({ currentTarget }) => void setFault(name, userId, currentTarget.checked)}
        />
      ) : (
        <Press action={() => triggerFault(name, userId)}>
          {t.trigger}
          <span class="unseen">: {title}</span>
        </Press>
      )}
    </li>
  );
}
