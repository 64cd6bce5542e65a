import { computed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { connection, play, player, round, signInError } from "./game.js";
import { texts } from "./language.js";
import { useFocusOnMount } from "./focusOnMount.js";
import { gateway } from "./net.js";
import { Press } from "./press.js";

const binding = computed(() => connection.value.bindings["player"]);

/**
 * Whether another session has this player: it replaced ours, or it was first and ours was refused.
 */
export const lostSession = computed(() =>
  binding.value?.state === "replaced"
    ? "replaced"
    : binding.value?.error?.kind === "conflict"
      ? "refused"
      : undefined,
);

const status = computed(() =>
  player.value && signInError.value ? "unauthorized" : connection.value.status,
);

export function StatusPill() {
  return (
    <p id="status" class="pill" role="status" data-status={status.value}>
      <span>{texts.value.status[status.value]}</span>
    </p>
  );
}

/** The message of a failed token provider, or of the error itself. */
const failureText = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

/** Shows a problem of the connection, its reason, and what the player can do. Empty otherwise. */
export function ConnectionBar() {
  const t = texts.value;
  const { attempt, reason, nextRetryAt } = connection.value;
  const error = signInError.value ?? connection.value.error;
  if (!player.value) return null;
  if (status.value === "closed" || status.value === "unauthorized") {
    const { name, isExclusive } = player.value;
    return (
      <div id="trouble" class="bar bad">
        <p>
          <strong>{error ? t.status[status.value] : t.stoppedTitle}</strong>{" "}
          {error ? failureText(error) : reason && t.reasons[reason]}
        </p>
        <Press id="again" action={() => play(name, isExclusive)}>
          {t.again}
        </Press>
      </div>
    );
  }
  const isRetrying = status.value === "connecting" && attempt > 1;
  if (status.value !== "reconnecting" && !isRetrying) return null;
  return (
    <div id="trouble" class="bar wait">
      <p>
        <strong role="status">{t.reasons[reason ?? "network"]}</strong>{" "}
        <Countdown until={nextRetryAt} /> {round.value && !round.value.isOver() && t.playOn}
      </p>
      <Press id="retry" action={() => gateway.retryNow()}>
        {t.retry}
      </Press>
    </div>
  );
}

/** Updates itself, since no event marks the seconds. */
function Countdown({ until }: { until: number | undefined }) {
  const t = texts.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = until === undefined ? 0 : Math.ceil((until - now) / 1_000);
  return <span class="count">{seconds > 0 ? t.nextTry(seconds) : t.trying}</span>;
}

/** Replaces the game while another tab or device has the player. */
export function SessionElsewhere() {
  const t = texts.value;
  const heading = useFocusOnMount<HTMLHeadingElement>();
  const { name } = player.value ?? { name: "" };
  const { status } = connection.value;
  return (
    <section id="place" class="card narrow center">
      <h2 ref={heading} tabIndex={-1}>
        {lostSession.value === "replaced" ? t.replacedTitle(name) : t.refusedTitle(name)}
      </h2>
      <Press
        id="takeOver"
        class="primary"
        // A take-over needs an open connection.
        isEnabled={status === "connected" || status === "replaced"}
        action={() => gateway.takeOver()}
      >
        {t.playHere}
      </Press>
    </section>
  );
}
