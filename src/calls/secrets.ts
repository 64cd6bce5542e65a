import type { ClientInternals } from "../core/internals.js";
import type { Values } from "../wire/frames.js";

const SECRET = /(token|secret|password|signature)$/i;
/** A position in a list of pages. */
const PAGE_TOKEN = /pageToken$/i;

/** Redacts passwords, signatures and tokens among these fields from now on. */
export function trackSecrets(session: ClientInternals["session"], values: object): void {
  for (const [name, value] of Object.entries(values as Values)) {
    if (typeof value === "object" && value) trackSecrets(session, value);
    else if (SECRET.test(name) && !PAGE_TOKEN.test(name)) session.trackSecrets({ secret: value });
  }
}
