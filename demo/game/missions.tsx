import { texts } from "./language.js";
import { missions } from "./missionProgress.js";

/** Progress of today's missions. The server counts, and sends a notification for each step. */
export function Missions() {
  const t = texts.value;
  return (
    <section id="missions" class="card">
      <h2>{t.missionsTitle}</h2>
      <ul>
        {missions.value.map(({ taskName, count, goal }) => {
          const isDone = count === goal;
          return (
            <li key={taskName} class={isDone ? "done" : ""} data-task={taskName}>
              <span>{t.task(taskName)}</span>
              <progress value={count} max={goal} aria-label={t.task(taskName)} />
              <span class="count">{isDone ? `✓ ${t.done}` : `${count} / ${goal}`}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
