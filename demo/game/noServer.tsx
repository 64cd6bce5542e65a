import { signal } from "@preact/signals";
import { texts } from "./language.js";
import { isEmulatorHere } from "./net.js";

export const isServerHere = signal<boolean | undefined>(undefined);

const AGAIN_AFTER_MS = 2_000;

/** Resolves once the page's server answers. After that the connection says itself how it stands. */
export async function waitForServer(): Promise<void> {
  while (!(isServerHere.value = await isEmulatorHere())) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}

export function NoServer() {
  const say = texts.value;
  return (
    <section class="card narrow" id="no-server" role="alert">
      <h2>{say.noServerTitle}</h2>
      <p>{say.noServer}</p>
      <pre>npm start</pre>
      <p>{say.noServerThen}</p>
      <a href="http://127.0.0.1:9480/demo/">http://127.0.0.1:9480/demo/</a>
    </section>
  );
}
