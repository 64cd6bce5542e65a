import { isReady, join, leave, round, state } from "./game.js";
import { texts } from "./language.js";
import { useLanding } from "./landing.js";
import { Press } from "./press.js";
import { Avatar, called } from "./seat.js";

export function Result() {
  const say = texts.value;
  const landing = useLanding<HTMLHeadingElement>();
  const { match, userId } = state.value ?? { match: null, userId: "" };
  if (!match) return null;
  const seated = match.standings.map((one, seat) => ({ ...one, seat }));
  const ranked = [...seated].sort((a, b) => b.score - a.score);
  const mine = seated.find((one) => one.userId === userId);
  const place = 1 + ranked.filter(({ score }) => score > (mine?.score ?? 0)).length;
  const isShared = ranked.filter(({ score }) => score === mine?.score).length > 1;
  const tooLate = round.value?.untold() ?? 0;
  return (
    <section id="result" class="card center">
      <p class={place === 1 ? "medal first" : "medal"} aria-hidden="true">
        {place}
      </p>
      <h2 ref={landing} tabIndex={-1}>
        {place > 1 ? say.placed(place, ranked.length) : isShared ? say.draw : say.youWin}
      </h2>
      <ol class="ranking">
        {ranked.map(({ userId: one, score, seat, hasLeft }) => (
          <li key={one} class={one === userId ? "me" : ""}>
            <Avatar userId={one} seat={seat} />
            <span>
              {called(one)}
              {hasLeft && ` (${say.leftMatch})`}
            </span>
            <strong>{score}</strong>
          </li>
        ))}
      </ol>
      {tooLate > 0 && <p class="soft">{say.tooLate(tooLate)}</p>}
      <div class="actions">
        <Press
          id="playAgain"
          class="primary"
          isEnabled={isReady.value}
          action={() => join(match.standings.length)}
        >
          {say.playAgain}
        </Press>
        <Press id="toLobby" isEnabled={isReady.value} action={leave}>
          {say.toLobby}
        </Press>
      </div>
    </section>
  );
}
