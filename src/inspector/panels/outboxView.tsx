import { outbox } from "../app.js";
import { texts, timeOfDay } from "../language.js";
import { CopyButton } from "../parts/copy.js";

const SHOWN = 100;

/** The notifications for devices, newest first. */
export function OutboxView() {
  const t = texts.value;
  const all = outbox.value;
  return (
    <>
      <h2>{t.outboxTitle}</h2>
      <p class="hint">{t.outboxHint}</p>
      {all.length === 0 && (
        <div class="empty">
          <p>
            <strong>{t.outboxEmpty}</strong>
          </p>
        </div>
      )}
      <ol class="cards">
        {all
          .slice(-SHOWN)
          .reverse()
          .map((item, index) => (
            <li class={`card ${item.sent ? "good" : "bad"}`} key={all.length - index}>
              <p class="card-title">
                <strong>{item.subject}</strong>
                <span>
                  {item.userId} ({item.namespaceName})
                </span>
                <time>{timeOfDay(item.at)}</time>
              </p>
              <p class="outcome">{item.sent ? t.sentOut : t.notSentOut}</p>
              <p class="why" lang="en">
                {item.reason}
              </p>
              {item.token !== null && (
                <p class="why">
                  {t.device}: {item.token}
                </p>
              )}
              <p class="why with-copy">
                <code>{item.payload}</code>
                <CopyButton text={() => item.payload} label={t.payload} />
              </p>
            </li>
          ))}
      </ol>
    </>
  );
}
