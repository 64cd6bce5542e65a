import { state } from "./game.js";
import { texts } from "./language.js";

/** What is done of today's missions. The server counts, and tells of each step by notification. */
export function Missions() {
  const say = texts.value;
  return (
    <section id="missions" class="card">
      <h2>{say.missionsTitle}</h2>
      <ul>
        {(state.value?.missions ?? []).map(({ taskName, count, goal }) => {
          const isDone = count === goal;
          return (
            <li key={taskName} class={isDone ? "done" : ""} data-task={taskName}>
              <span>{say.task(taskName)}</span>
              <progress value={count} max={goal} aria-label={say.task(taskName)} />
              <span class="count">{isDone ? `✓ ${say.done}` : `${count} / ${goal}`}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
