import { computed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { connection, play, player, round } from "./game.js";
import { texts } from "./language.js";
import { useLanding } from "./landing.js";
import { gateway } from "./net.js";
import { Press } from "./press.js";

const binding = computed(() => connection.value.bindings["player"]);

/** Whether another place has this player: it was taken, or it was there first. */
export const lostPlace = computed(() =>
  binding.value?.state === "replaced"
    ? "replaced"
    : binding.value?.error?.kind === "conflict"
      ? "refused"
      : undefined,
);

export function StatusPill() {
  const { status } = connection.value;
  return (
    <p id="status" class="pill" role="status" data-status={status}>
      <span>{texts.value.status[status]}</span>
    </p>
  );
}

/** Of a token provider of ours that failed, its own words. */
const whatFailed = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

/** What is wrong with the connection, why, and what the player can do. Nothing while all is well. */
export function ConnectionBar() {
  const say = texts.value;
  const { status, attempt, reason, error, nextRetryAt } = connection.value;
  if (!player.value) return null;
  if (status === "closed" || status === "unauthorized") {
    const { name, isExclusive } = player.value;
    return (
      <div id="trouble" class="bar bad">
        <p>
          <strong>{error ? say.status[status] : say.stoppedTitle}</strong>{" "}
          {error ? whatFailed(error) : reason && say.reasons[reason]}
        </p>
        <Press id="again" action={() => play(name, isExclusive)}>
          {say.again}
        </Press>
      </div>
    );
  }
  if (status !== "reconnecting" && !(status === "connecting" && attempt > 1)) return null;
  return (
    <div id="trouble" class="bar wait">
      <p>
        <strong role="status">{say.reasons[reason ?? "network"]}</strong>{" "}
        <Countdown until={nextRetryAt} /> {round.value && !round.value.isOver() && say.playOn}
      </p>
      <Press id="retry" action={() => gateway.retryNow()}>
        {say.retry}
      </Press>
    </div>
  );
}

/** The seconds go by without an event. */
function Countdown({ until }: { until: number | undefined }) {
  const say = texts.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(ticking);
  }, []);
  const seconds = until === undefined ? 0 : Math.ceil((until - now) / 1_000);
  return <span class="count">{seconds > 0 ? say.nextTry(seconds) : say.trying}</span>;
}

/** In the place of the game, while another tab or device has it. */
export function Place() {
  const say = texts.value;
  const landing = useLanding<HTMLHeadingElement>();
  const { name } = player.value ?? { name: "" };
  const { status } = connection.value;
  return (
    <section id="place" class="card narrow center">
      <h2 ref={landing} tabIndex={-1}>
        {lostPlace.value === "replaced" ? say.replacedTitle(name) : say.refusedTitle(name)}
      </h2>
      <Press
        id="takeOver"
        class="primary"
        // A place can only be taken over an open connection.
        isEnabled={status === "connected" || status === "replaced"}
        action={() => gateway.takeOver()}
      >
        {say.playHere}
      </Press>
    </section>
  );
}
