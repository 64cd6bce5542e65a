import { useEffect, useState } from "preact/hooks";
import { BoardView } from "./boardView.js";
import { catches, leave, isReady, round, state } from "./game.js";
import { texts } from "./language.js";
import { Press } from "./press.js";
import { Avatar, displayName } from "./seat.js";
import { announce } from "./toasts.js";

const LAST_SECONDS = 10;

function useSecondsLeft(): number {
  const current = round.value;
  const [left, setLeft] = useState(Infinity);
  useEffect(() => {
    if (!current) return undefined;
    let before = Infinity;
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((current.roundMs - current.nowMs()) / 1_000));
      setLeft(seconds);
      if (seconds === LAST_SECONDS && before === LAST_SECONDS + 1) announce("secondsLeft", seconds);
      before = seconds;
    };
    tick();
    const timer = setInterval(tick, 200);
    return () => clearInterval(timer);
  }, [current]);
  return left;
}

/** A round: the scores, the time, and the sky. */
export function Match() {
  const current = round.value;
  if (!current) return null;
  return (
    <section id="match">
      <Scores />
      <TimeLeft />
      <BoardView round={current} />
      <Foot />
    </section>
  );
}

function Scores() {
  const t = texts.value;
  // Our own score does not wait for the network.
  const mine = catches.value >= 0 ? round.value : undefined;
  return (
    <ol class="scores">
      {(state.value?.match?.standings ?? []).map(({ userId, score, hasLeft }, seat) => {
        const isMe = userId === state.value?.userId;
        return (
          <li key={userId} class={isMe ? "me" : hasLeft ? "gone" : ""}>
            <Avatar userId={userId} seat={seat} />
            <span class="who">{hasLeft ? t.leftMatch : displayName(userId)}</span>
            <strong>{isMe && mine ? mine.score() : score}</strong>
          </li>
        );
      })}
    </ol>
  );
}

function TimeLeft() {
  const t = texts.value;
  const seconds = useSecondsLeft();
  const all = Math.round((round.value?.roundMs ?? 0) / 1_000);
  const unreported = catches.value >= 0 ? (round.value?.unreportedCount() ?? 0) : 0;
  return (
    <p class={seconds <= LAST_SECONDS ? "time short" : "time"}>
      <progress value={Math.min(seconds, all)} max={all} aria-label={t.timeLeft} />
      <span class="count">{t.secondsShort(Math.min(seconds, all))}</span>
      {unreported > 0 && !isReady.value && <span class="tag">{t.unreported(unreported)}</span>}
    </p>
  );
}

function Foot() {
  const t = texts.value;
  const isOver = catches.value >= 0 && round.value?.isOver() === true;
  return (
    <div class="foot">
      <p role="status">{isOver ? t.collecting : t.boardHelp}</p>
      {!isOver && <p class="keys">{t.boardKeys}</p>}
      <Press id="leave" isEnabled={isReady.value} action={leave}>
        {t.leave}
      </Press>
    </div>
  );
}
