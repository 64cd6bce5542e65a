import type { Report } from "../core/diagnostics.js";
import { invalidArgument } from "../errors.js";
import type { Notification } from "./notification.js";

/** Something a schema finds wrong. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the payload, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What becomes of a value: the output, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Version 1 of Standard Schema (standardschema.dev), as far as we need it: schemas of zod, valibot, arktype and others are of this form. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    /** Whose schema it is. */
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler alone. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** A key and what its payload has to be, from {@link defineNotification}: `on` and `waitFor` take it in place of the key. */
export interface NotificationDefinition<Payload = unknown, Key extends string = string> {
  readonly key: Key;
  readonly schema: StandardSchema<Payload>;
  /**
   * The notification with the output of the schema, the same each time it is asked; undefined where it does not fit, and why not is
   * reported the first time.
   *
   * @internal
   */
  readonly check: (one: Notification, report: Report) => Notification<Payload, Key> | undefined;
}

/** Letters and digits in a row. */
const WORD = /[\p{L}\p{N}_]{3,}/gu;

/**
 * Says what the payload of a key has to be, so that `on` and `waitFor` give it checked and typed:
 *
 * ```ts
 * const RaidStart = defineNotification("raid-start", z.object({ raidId: z.string() }));
 * gateway.on(RaidStart, ({ payload }) => payload.raidId);
 * ```
 *
 * It does nothing by itself. While somebody listens to it or waits for it, each notification of the key is parsed and checked once before it is
 * delivered, however many handlers there are. Handlers of the definition, waiters and their `where` get the schema's output as `payload`. All
 * others get the notification as it came; handlers of the plain key only if it fits, and where several definitions of the key are in use, if
 * it fits one of them. What does not fit goes to `"*"` and pairs alone, with a diagnostic `schemaMismatch`; so does everything under a schema that
 * throws or is asynchronous. The order of delivery stays that of arrival.
 *
 * Throws a GatewayError with kind `invalidArgument` where the key is no text, is empty or `"*"`, or the schema is none.
 */
export function defineNotification<Key extends string, Payload>(
  key: Key,
  schema: StandardSchema<Payload>,
): NotificationDefinition<Payload, Key> {
  const missing =
    typeof key !== "string" || !key || key === "*"
      ? 'key other than "*"'
      : // Callers without TypeScript may leave out anything.
        typeof (schema as Partial<typeof schema> | undefined)?.["~standard"]?.validate !==
          "function" && "Standard Schema";
  if (missing) throw invalidArgument("defineNotification", missing);

  const results = new WeakMap<Notification, Notification<Payload, Key> | undefined>();
  const check: NotificationDefinition<Payload, Key>["check"] = (one, report) => {
    if (!results.has(one)) {
      const { payload } = one;
      let checked;
      let issues: { path: string; message: string }[] | undefined = [
        { path: "", message: "it threw" },
      ];
      try {
        const result = schema["~standard"].validate(payload);
        if ("then" in result) {
          issues[0]!.message = "it is asynchronous";
          result.then(undefined, () => undefined);
        } else if (result.issues) {
          const text = JSON.stringify(payload);
          issues = result.issues.map(({ path = [], message }) => ({
            path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
            // Some libraries quote what they got.
            message: message.replace(WORD, (word) => (text.includes(word) ? "***" : word)),
          }));
        } else {
          issues = undefined;
          checked = { ...(one as Notification<Payload, Key>), payload: result.value };
        }
      } catch {
        // It stays at what is said above.
      }
      results.set(one, checked);
      if (issues) report("warn", "schemaMismatch", key, { key, issues });
    }
    return results.get(one);
  };
  return Object.freeze({ key, schema, check });
}
