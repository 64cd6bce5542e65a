import { inspect } from "node:util";

/** Part of every planted secret, so that a fragment of one is found too. */
const MARK = "PLANTED";

/**
 * A secret that names itself by its label when it leaks. Its other characters are those of real
 * tokens.
 */
export const plantedSecret = (label: string): string => `${MARK}-${label}-0815/+8=`;

/** Every text that a value can be turned into by logging, printing or serializing it. */
function textsOf(root: unknown): string {
  const texts: string[] = [inspect(root, { depth: 20, showHidden: true, getters: true })];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Error) texts.push(String(value));
    try {
      texts.push(JSON.stringify(value));
    } catch {
      // A circular value has no JSON; its parts are visited below.
    }
    if (value instanceof Map || value instanceof Set) [...value].forEach(visit);
    // The message and the cause of an error are not enumerable.
    for (const name of Reflect.ownKeys(value)) visit(Reflect.get(value, name));
  };
  visit(root);
  return texts.join("\n");
}

/** The labels of the planted secrets that a value contains. */
export const leakedSecrets = (value: unknown): string[] => [
  ...new Set(
    [...textsOf(value).matchAll(new RegExp(`${MARK}-([a-zA-Z]+)`, "g"))].map(([, label]) => label!),
  ),
];
