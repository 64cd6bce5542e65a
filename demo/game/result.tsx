import { isReady, join, leave, round, state } from "./game.js";
import { texts } from "./language.js";
import { useFocusOnMount } from "./focusOnMount.js";
import { Press } from "./press.js";
import { Avatar, displayName } from "./seat.js";

export function Result() {
  const t = texts.value;
  const heading = useFocusOnMount<HTMLHeadingElement>();
  const { match, userId } = state.value ?? { match: null, userId: "" };
  if (!match) return null;
  const seated = match.standings.map((one, seat) => ({ ...one, seat }));
  const ranked = [...seated].sort((a, b) => b.score - a.score);
  const mine = seated.find((one) => one.userId === userId);
  const rank = 1 + ranked.filter(({ score }) => score > (mine?.score ?? 0)).length;
  const isShared = ranked.filter(({ score }) => score === mine?.score).length > 1;
  const tooLate = round.value?.unreportedCount() ?? 0;
  return (
    <section id="result" class="card center">
      <p class={rank === 1 ? "medal first" : "medal"} aria-hidden="true">
        {rank}
      </p>
      <h2 ref={heading} tabIndex={-1}>
        {rank > 1 ? t.placed(rank, ranked.length) : isShared ? t.draw : t.youWin}
      </h2>
      <ol class="ranking">
        {ranked.map(({ userId: one, score, seat, hasLeft }) => (
          <li key={one} class={one === userId ? "me" : ""}>
            <Avatar userId={one} seat={seat} />
            <span>
              {displayName(one)}
              {hasLeft && ` (${t.leftMatch})`}
            </span>
            <strong>{score}</strong>
          </li>
        ))}
      </ol>
      {tooLate > 0 && <p class="soft">{t.tooLate(tooLate)}</p>}
      <div class="actions">
        <Press
          id="playAgain"
          class="primary"
          isEnabled={isReady.value}
          action={() => join(match.standings.length)}
        >
          {t.playAgain}
        </Press>
        <Press id="toLobby" isEnabled={isReady.value} action={leave}>
          {t.toLobby}
        </Press>
      </div>
    </section>
  );
}
