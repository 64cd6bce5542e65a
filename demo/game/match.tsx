import { useEffect, useState } from "preact/hooks";
import { BoardView } from "./boardView.js";
import { catches, leave, isReady, round, state } from "./game.js";
import { texts } from "./language.js";
import { Press } from "./press.js";
import { Avatar, called } from "./seat.js";
import { tell } from "./toasts.js";

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
      if (seconds === LAST_SECONDS && before === LAST_SECONDS + 1) tell("secondsLeft", seconds);
      before = seconds;
    };
    tick();
    const ticking = setInterval(tick, 200);
    return () => clearInterval(ticking);
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
  const say = texts.value;
  // Ours are known here at once, whatever the network does.
  const mine = catches.value >= 0 ? round.value : undefined;
  return (
    <ol class="scores">
      {(state.value?.match?.standings ?? []).map(({ userId, score, hasLeft }, seat) => {
        const isMe = userId === state.value?.userId;
        return (
          <li key={userId} class={isMe ? "me" : hasLeft ? "gone" : ""}>
            <Avatar userId={userId} seat={seat} />
            <span class="who">{hasLeft ? say.leftMatch : called(userId)}</span>
            <strong>{isMe && mine ? mine.score() : score}</strong>
          </li>
        );
      })}
    </ol>
  );
}

function TimeLeft() {
  const say = texts.value;
  const seconds = useSecondsLeft();
  const all = Math.round((round.value?.roundMs ?? 0) / 1_000);
  const untold = catches.value >= 0 ? (round.value?.untold() ?? 0) : 0;
  return (
    <p class={seconds <= LAST_SECONDS ? "time short" : "time"}>
      <progress value={Math.min(seconds, all)} max={all} aria-label={say.timeLeft} />
      <span class="count">{say.secondsShort(Math.min(seconds, all))}</span>
      {untold > 0 && !isReady.value && <span class="tag">{say.untold(untold)}</span>}
    </p>
  );
}

function Foot() {
  const say = texts.value;
  const isOver = catches.value >= 0 && round.value?.isOver() === true;
  return (
    <div class="foot">
      <p role="status">{isOver ? say.collecting : say.boardHelp}</p>
      {!isOver && <p class="keys">{say.boardKeys}</p>}
      <Press id="leave" isEnabled={isReady.value} action={leave}>
        {say.leave}
      </Press>
    </div>
  );
}
