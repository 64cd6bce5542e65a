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

/** What a text says within a URL or Base64. */
function decoded(text: string): string[] {
  const fromUrl = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  // Most texts repeat those of their parts.
  const runs = new Set(text.match(/[\w+/-]{12,}/g));
  const fromBase64 = [...runs].flatMap((run) =>
    // A run may begin within a group of four characters.
    [0, 1, 2, 3].map((skipped) => Buffer.from(run.slice(skipped), "base64").toString("latin1")),
  );
  return [fromUrl, ...fromBase64];
}

/** The labels of the planted secrets that a value contains, also within a URL or Base64. */
export function leakedSecrets(value: unknown): string[] {
  const text = textsOf(value);
  const all = [text, ...decoded(text)].join("\n");
  return [
    ...new Set(
      [...all.matchAll(new RegExp(`${MARK}-([a-zA-Z]+)`, "g"))].map(([, label]) => label!),
    ),
  ];
}
