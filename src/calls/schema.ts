import { GatewayError } from "../errors.js";
import type { StandardSchema } from "../notify/schema.js";

/** Letters and digits in a row. */
const WORD = /[\p{L}\p{N}_]{3,}/gu;

/** Some libraries quote what they got, which may be a password. */
function withoutQuotes(message: string, value: unknown): string {
  const text = JSON.stringify(value);
  return message.replace(WORD, (word) => (text.includes(word) ? "***" : word));
}

/**
 * The output of a schema. Rejects where the value does not fit, naming the first field that does
 * not.
 *
 * @param failure of a value that does not fit
 */
export async function checkSchema<Output>(
  schema: StandardSchema<Output>,
  value: unknown,
  failure: Readonly<Pick<GatewayError, "kind" | "outcome">> & { readonly method: string },
): Promise<Output> {
  let issue = { path: "", message: "the schema threw" };
  try {
    const result = await schema["~standard"].validate(value);
    if (!result.issues) return result.value;
    const { path = [], message } = result.issues[0]!;
    issue = {
      path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message: withoutQuotes(message, value),
    };
  } catch {
    // The issue above stays.
  }
  const { path, message } = issue;
  const what = failure.kind === "protocol" ? "the result does not fit its schema: " : "";
  throw new GatewayError({
    ...failure,
    message: `${failure.method}: ${what}${path} ${message}`,
    errors: [{ component: path, message }],
  });
}
