import { inspect } from "node:util";

/** What stands in every secret of a test, so that a part of one is found too. */
const SONG = "CANARY";

/** A secret that sings: `who` tells which one got out. The rest is what tokens are made of. */
export const canary = (who: string): string => `${SONG}-${who}-0815/+8=`;

/** Everything a value can be made to say. */
function everythingOf(thing: unknown): string {
  const said: string[] = [inspect(thing, { depth: 20, showHidden: true, getters: true })];
  const seen = new Set<unknown>();
  const look = (value: unknown): void => {
    if (typeof value === "string") said.push(value);
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Error) said.push(String(value));
    try {
      said.push(JSON.stringify(value));
    } catch {
      // A ring has no JSON; its parts are looked at below.
    }
    if (value instanceof Map || value instanceof Set) [...value].forEach(look);
    // The message and the cause of an error are not enumerable.
    for (const name of Reflect.ownKeys(value)) look(Reflect.get(value, name));
  };
  look(thing);
  return said.join("\n");
}

/** The canaries that sing in a value, each by its name. */
export const canariesIn = (thing: unknown): string[] => [
  ...new Set(
    [...everythingOf(thing).matchAll(new RegExp(`${SONG}-([a-zA-Z]+)`, "g"))].map(
      ([, who]) => who!,
    ),
  ),
];
