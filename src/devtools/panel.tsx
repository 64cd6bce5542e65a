import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import { Detail, FrameList } from "./frames.js";
import type { Mover } from "./mover.js";
import type { Filter, PanelState } from "./panelState.js";
import { Square } from "./square.js";

type Tone = "good" | "wait" | "bad";

const toneOf = ({ status }: ConnectionSnapshot): Tone => {
  if (status === "ready" || status === "connected") return "good";
  return ["closed", "unauthorized", "replaced"].includes(status) ? "bad" : "wait";
};

const bindingTones: Readonly<Record<Binding["state"], Tone>> = {
  held: "good",
  wanted: "wait",
  binding: "wait",
  replaced: "bad",
  failed: "bad",
};

interface PanelProps {
  readonly state: PanelState;
  readonly mover: Mover;
  readonly close: () => void;
}

export function Panel(props: PanelProps) {
  const { state, mover } = props;
  const { t, title, gateway } = state;
  if (state.isFolded) {
    const { connection } = gateway;
    return (
      <button
        type="button"
        class={`pill ${toneOf(connection)}`}
        aria-label={t.unfold(connection.status)}
        {...mover.pointerHandlers}
        onClick={({ detail }) => {
          // A click without a press is one of the keyboard.
          if (detail === 0 || mover.wasClick()) state.fold(false);
        }}
      >
        <span class="dot" />
        {connection.status}
        <RoundTrip ms={state.recorder.roundTripMs} />
      </button>
    );
  }
  return (
    <section class="panel" role="region" aria-label={t.label(title)}>
      <Bar {...props} />
      <Facts state={state} />
      <Actions state={state} />
      <p class={state.message?.isBad ? "note bad" : "note soft"} role="status">
        {state.message?.text}
      </p>
      <Tools state={state} />
      <FrameList state={state} />
      {state.selected && <Detail state={state} frame={state.selected} />}
    </section>
  );
}

function Bar({ state, mover, close }: PanelProps) {
  const { t } = state;
  return (
    <div class="bar" {...mover.pointerHandlers}>
      <h2>{state.title}</h2>
      <Square name="move" label={t.move} onKeyDown={mover.onKeyDown}>
        ⋮⋮
      </Square>
      <Square name="fold" label={t.fold} onClick={() => state.fold(true)}>
        –
      </Square>
      <Square name="close" label={t.close} onClick={close}>
        ×
      </Square>
    </div>
  );
}

function RoundTrip({ ms }: { readonly ms: number | undefined }) {
  return <span class="soft">{ms === undefined ? "" : `${ms} ms`}</span>;
}

function Facts({ state }: { readonly state: PanelState }) {
  const { t, gateway, recorder } = state;
  const { connection } = gateway;
  const bindings = Object.values(connection.bindings);
  return (
    <dl class="facts">
      <dt>{t.status}</dt>
      <dd class={toneOf(connection)}>
        <span class="dot" aria-hidden="true" />
        <strong>{connection.status}</strong>
        <Why {...connection} state={state} />
      </dd>
      <dt>{t.roundTrip}</dt>
      <dd>
        <span>{recorder.roundTripMs === undefined ? "–" : `${recorder.roundTripMs} ms`}</span>
        <button
          type="button"
          name="measure"
          title={t.measureHint}
          disabled={state.isMeasuring}
          onClick={() => void state.measure()}
        >
          {t.measure}
        </button>
      </dd>
      <dt>{t.bindings}</dt>
      <dd>
        {bindings.length === 0 && <span class="soft">{t.noBinding}</span>}
        <ul>
          {bindings.map((binding) => (
            <li key={binding.slot} class={bindingTones[binding.state]}>
              {binding.slot}: <strong>{binding.state}</strong> {binding.userId}{" "}
              <small>
                {binding.namespaceName} {binding.error?.kind}
              </small>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
  );
}

/** What the snapshot says beside the status. */
function Why({
  state: { t },
  reason,
  error,
  attempt,
  nextRetryAt,
}: ConnectionSnapshot & { readonly state: PanelState }) {
  const seconds = nextRetryAt && Math.max(0, Math.ceil((nextRetryAt - Date.now()) / 1_000));
  const words = [
    reason,
    error && `${error.kind}: ${error.message}`,
    error && t.seeGuide(error.kind),
    attempt > 1 && t.attempt(attempt),
    seconds !== undefined && t.retryIn(seconds),
  ];
  return <small>{words.filter(Boolean).join(" · ")}</small>;
}

function Actions({ state }: { readonly state: PanelState }) {
  const { t } = state;
  return (
    <div class="actions">
      <button
        type="button"
        name="drop"
        title={t.dropHint}
        disabled={!state.canDrop}
        onClick={() => state.drop()}
      >
        {t.drop}
      </button>
      <button type="button" name="save" title={t.saveHint} onClick={() => state.save()}>
        {t.save}
      </button>
      <button type="button" name="clear" onClick={() => state.clear()}>
        {t.clear}
      </button>
    </div>
  );
}

function Tools({ state }: { readonly state: PanelState }) {
  const { t, filter } = state;
  return (
    <div class="tools">
      <select
        name="filter"
        aria-label={t.show}
        value={filter}
        onChange={(event) => state.show(event.currentTarget.value as Filter)}
      >
        {Object.entries(t.filters).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      <span class="soft">{t.count(state.frames.length)}</span>
    </div>
  );
}
