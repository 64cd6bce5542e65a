import { signal } from "@preact/signals";
import { heard } from "./game.js";
import { language, texts } from "./language.js";

const wide = matchMedia("(min-width: 60rem)");

/** Whether there is room for the notifications beside the game; else they are in the drawer. */
export const isWide = signal(wide.matches);
wide.addEventListener("change", ({ matches }) => (isWide.value = matches));

/** Every notification, as the gateway told it. */
export function News() {
  const say = texts.value;
  const time = new Intl.DateTimeFormat(language.value, { timeStyle: "medium" });
  return (
    <section class="card" id="log">
      <h2 id="log-title">{say.newsTitle}</h2>
      <div role="log" aria-labelledby="log-title" tabIndex={0}>
        <ol>
          {heard.value.length === 0 && <li class="soft">{say.newsEmpty}</li>}
          {heard.value.map(({ key, rawPayload, receivedAt, via }, index) => (
            <li key={`${receivedAt} ${index}`} data-key={key} data-via={via}>
              <code>{via === "push" ? `${key} (${say.byPush})` : key}</code>
              <time>{time.format(receivedAt)}</time>
              <span class="payload">{rawPayload}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
