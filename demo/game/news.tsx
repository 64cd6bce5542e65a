import { signal } from "@preact/signals";
import { notifications } from "./game.js";
import { language, texts } from "./language.js";

const wide = matchMedia("(min-width: 60rem)");

/** Whether the notifications fit beside the game; otherwise they are in the drawer. */
export const isWide = signal(wide.matches);
wide.addEventListener("change", ({ matches }) => (isWide.value = matches));

/** Every notification, as received. */
export function News() {
  const t = texts.value;
  const time = new Intl.DateTimeFormat(language.value, { timeStyle: "medium" });
  return (
    <section class="card" id="log">
      <h2 id="log-title">{t.newsTitle}</h2>
      <div role="log" aria-labelledby="log-title" tabIndex={0}>
        <ol>
          {notifications.value.length === 0 && <li class="soft">{t.newsEmpty}</li>}
          {notifications.value.map(({ key, rawPayload, receivedAt, via }, index) => (
            <li key={`${receivedAt} ${index}`} data-key={key} data-via={via}>
              <code>{via === "push" ? `${key} (${t.byPush})` : key}</code>
              <time>{time.format(receivedAt)}</time>
              <span class="payload">{rawPayload}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
