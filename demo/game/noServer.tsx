import { signal } from "@preact/signals";
import { isEmulatorHere, startedAt } from "../local/emulator.js";
import { texts } from "./language.js";

export const isServerHere = signal<boolean | undefined>(undefined);

const RETRY_AFTER_MS = 2_000;

/** Resolves once the page's server answers. After that the connection has a status. */
export async function waitForServer(): Promise<void> {
  while (!(isServerHere.value = await isEmulatorHere())) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
}

export function NoServer() {
  const t = texts.value;
  return (
    <section class="card narrow" id="no-server" role="alert">
      <h2>{t.noServerTitle}</h2>
      <p>{t.noServer}</p>
      <pre>npm start</pre>
      <p>{t.noServerThen}</p>
      <a href={startedAt}>{startedAt}</a>
    </section>
  );
}
