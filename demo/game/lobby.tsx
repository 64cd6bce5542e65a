import { SIZES } from "../shared/rules.js";
import { fillWithRobots, isReady, join, leave, state } from "./game.js";
import { texts } from "./language.js";
import { useFocusOnMount } from "./focusOnMount.js";
import { Press } from "./press.js";
import { Avatar, displayName } from "./seat.js";

const stars = [
  [40, 58, 1.2, "#fff3c4"],
  [92, 26, 0.7, "#8d99d6"],
  [150, 46, 3.6, "#ffd166"],
  [214, 22, 1, "#6fe3d4"],
  [262, 62, 1.6, "#b79cff"],
] as const;

/** The players in the lobby, and the choice of a round's size. */
export function Lobby() {
  const t = texts.value;
  const heading = useFocusOnMount<HTMLHeadingElement>();
  const { lobby, userId } = state.value ?? { lobby: undefined, userId: "" };
  if (!lobby) return <section class="card center soft">{t.loading}</section>;
  const others = [
    ...lobby.idle.filter((one) => one !== userId),
    ...lobby.gatherings.flatMap(({ players }) => players),
  ];
  return (
    <section id="lobby" class="card">
      <Hero />
      <h2 ref={heading} tabIndex={-1}>
        {t.chooseSize}
      </h2>
      <div class="sizes">
        {SIZES.map((size) => {
          const waiting = lobby.gatherings.find((one) => one.size === size);
          return (
            <Press
              key={size}
              id={`play-${size}`}
              class={waiting ? "size waited" : "size"}
              isEnabled={isReady.value}
              action={() => join(size)}
            >
              <strong>{t.players(size)}</strong>
              <small>{waiting ? t.waiting(waiting.players.length, size) : t.noneWaiting}</small>
            </Press>
          );
        })}
      </div>
      <h3>{t.lobbyTitle}</h3>
      {others.length === 0 ? (
        <p class="soft">{t.alone}</p>
      ) : (
        <ul class="people">
          {others.map((one, seat) => (
            <li key={one}>
              <Avatar userId={one} seat={seat} />
              <span>{one}</span>
            </li>
          ))}
        </ul>
      )}
      <a href={location.pathname} target="_blank" rel="noopener">
        {t.openAnother}
      </a>
    </section>
  );
}

/** A decoration; style.css hides it on small screens. */
const Hero = () => (
  <svg class="hero" viewBox="0 0 300 90" aria-hidden="true">
    {stars.map(([x, y, size, colour]) => (
      <path
        key={x}
        transform={`translate(${x} ${y}) scale(${size})`}
        fill={colour}
        d="m0-8 2.4 5.2 5.6.6-4.2 3.8 1.2 5.6L0 4.3-5 7.2l1.2-5.6L-8-2.2l5.6-.6Z"
      />
    ))}
  </svg>
);

/** The seats of a gathering. */
export function Gathering() {
  const t = texts.value;
  const heading = useFocusOnMount<HTMLHeadingElement>();
  const gathering = state.value?.gathering;
  if (!gathering) return null;
  const seats = Array.from({ length: gathering.size }, (_, seat) => gathering.players[seat]);
  return (
    <section id="gathering" class="card">
      <h2 ref={heading} tabIndex={-1}>
        {t.gatheringTitle}
      </h2>
      <ol class="seats">
        {seats.map((player, seat) => (
          <li key={seat}>
            <Avatar userId={player} seat={seat} />
            <span>{player === undefined ? t.freeSeat : displayName(player)}</span>
          </li>
        ))}
      </ol>
      <div class="actions">
        <Press id="robots" isEnabled={isReady.value} action={fillWithRobots}>
          {t.robots}
        </Press>
        <Press id="leave" isEnabled={isReady.value} action={leave}>
          {t.leave}
        </Press>
      </div>
      <a href={location.pathname} target="_blank" rel="noopener">
        {t.openAnother}
      </a>
    </section>
  );
}
