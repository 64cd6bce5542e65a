import type { ClientInternals } from "../core/internals.js";
import { nearest } from "../core/nearest.js";
import { isDefinition } from "../notify/notificationSource.js";
import { serviceNotifications } from "../wire/notifications.js";

const serviceKeys = Object.keys(serviceNotifications);

const issuerOf = (key: string): string => key.slice(0, key.indexOf(":") + 1);

const issuers = new Set(serviceKeys.map(issuerOf));

/** A typing error in another key is that small; a key of the game's own differs by more. */
const FEW_CHARACTERS = 2;

const lifecycleEvents = ["status", "replaced", "unauthorized", "diagnostic"];

export type ReportUnknownKey = (key: string, nearest: string | undefined, problem: string) => void;

/**
 * Finds handlers of keys that GS2 never sends: mistyped ones, and unknown ones of an issuer that is
 * known. Other keys are the game's own.
 *
 * @returns looks at the handlers since the last time; reports each key once
 */
export function createKeyCheck(
  { handlers }: Pick<ClientInternals, "handlers">,
  report: ReportUnknownKey,
): () => void {
  const checked = new Set<unknown>();
  return () => {
    for (const name of handlers.texts()) {
      if (checked.has(name)) continue;
      checked.add(name);
      const key = name as string;
      if (key.startsWith("*") || serviceKeys.includes(key) || isDefined(key)) continue;
      const near = nearestOf(key);
      if (lifecycleEvents.includes(key)) {
        report(key, undefined, `events of the connection are those of lifecycle.on("${key}")`);
      } else if (near !== undefined) {
        report(key, near, `did you mean "${near}"?`);
      } else if (issuers.has(issuerOf(key))) {
        report(key, undefined, "its issuer is not known to send it");
      }
    }
  };

  function isDefined(key: string): boolean {
    for (const name of handlers.names()) if (isDefinition(name) && name.key === key) return true;
    return false;
  }
}

function nearestOf(key: string): string | undefined {
  const ofIssuer = serviceKeys.filter((known) => issuerOf(known) === issuerOf(key));
  return ofIssuer.length > 0
    ? nearest(key, ofIssuer)
    : nearest(key, serviceKeys, /^gs2/i.test(key) ? undefined : FEW_CHARACTERS);
}
