import type { Report } from "../core/diagnostics.js";
import { invalidArgument } from "../errors.js";
import type { Notification } from "./notification.js";

/** One problem that a schema finds. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the payload, from the outside in. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The output of a schema, or its issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * Version 1 of Standard Schema (standardschema.dev), as far as it is used here: schemas of zod,
 * valibot, arktype and others have this form.
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    /** The library that made it. */
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler only. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/**
 * A key with the schema of its payload, from {@link defineNotification}; `on` and `waitFor` take it
 * in place of the key.
 */
export interface NotificationDefinition<Payload = unknown, Key extends string = string> {
  readonly key: Key;
  readonly schema: StandardSchema<Payload>;
  /**
   * The notification with the output of the schema, the same object each time; undefined where it
   * does not fit. The first misfit is reported.
   *
   * @internal
   */
  readonly check: (
    notification: Notification,
    report: Report,
  ) => Notification<Payload, Key> | undefined;
}

/** A payload of a thousand wrong items needs no thousand issues. */
const ISSUES_LIMIT = 20;

/** Letters and digits in a row. */
const WORD = /[\p{L}\p{N}_]{3,}/gu;

/**
 * Defines the payload of a key by a schema, so that `on` and `waitFor` deliver it checked and
 * typed:
 *
 * ```ts
 * const RaidStart = defineNotification("raid-start", z.object({ raidId: z.string() }));
 * gateway.on(RaidStart, ({ payload }) => payload.raidId);
 * ```
 *
 * The definition alone does nothing. While a handler or a waiter uses it, each notification of the
 * key is checked once before delivery, whatever the number of handlers. Handlers of the definition,
 * waiters and their `where` get the schema's output as `payload`; all others get the notification
 * as it came. Handlers of the plain key get it only if it fits one of the definitions in use. A
 * notification that fits none goes to `"*"` and pairs only, with the diagnostic `schemaMismatch`;
 * so does each one under a schema that throws or is asynchronous. The order of delivery is that of
 * arrival.
 *
 * Throws a GatewayError of kind `invalidArgument` where the key is no text, is empty or `"*"`, or
 * the schema is none.
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
  const check: NotificationDefinition<Payload, Key>["check"] = (notification, report) => {
    if (!results.has(notification)) {
      const { payload } = notification;
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
          issues = result.issues.slice(0, ISSUES_LIMIT).map(({ path = [], message }) => ({
            path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
            // Some libraries quote what they got.
            message: message.replace(WORD, (word) => (text.includes(word) ? "***" : word)),
          }));
        } else {
          issues = undefined;
          checked = { ...(notification as Notification<Payload, Key>), payload: result.value };
        }
      } catch {
        // The issue above stays.
      }
      results.set(notification, checked);
      if (issues) report("warn", "schemaMismatch", key, { key, issues });
    }
    return results.get(notification);
  };
  return Object.freeze({ key, schema, check });
}
