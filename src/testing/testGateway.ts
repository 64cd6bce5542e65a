import { emitChanges } from "../connection/status.js";
import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { Diagnostic, Logger } from "../core/diagnostics.js";
import { invalidArgument } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import { EventQueue } from "../client/eventQueue.js";
import { createEmitter } from "../notify/emitter.js";
import type { Notification } from "../notify/notification.js";
import type { NotificationPair } from "../notify/notificationSource.js";
import { Notifications } from "../notify/notify.js";
import type { NotificationDefinition } from "../notify/schema.js";
import type { Sync } from "../client/types.js";
import { createReporter } from "../core/reporter.js";
import { systemClock } from "../core/clock.js";
import {
  notificationKey,
  type NotificationKey,
  type NotificationMap,
} from "../wire/notifications.js";

export interface TestGatewayOptions {
  /** Hears every diagnostic. Default: `console`, for warnings and errors; false: nobody. */
  logger?: Logger | false | undefined;
}

export interface EmitOptions {
  /** The way it comes. Default `socket`. */
  via?: Notification["via"] | undefined;
}

/** What becomes of the snapshot; what is left out stays as it is. */
export interface SnapshotChange extends Partial<Omit<ConnectionSnapshot, "bindings">> {
  /** By slot, in place of those before. What is left out of a binding is as before, or that of a player who is bound. */
  readonly bindings?: Readonly<Record<string, Partial<Binding>>> | undefined;
}

/**
 * Stands in for a GatewayClient in a game's tests: no socket, no server, nothing to wait for. What it has of a client is the client's own code, so that
 * order, shield, look-back, holding and schemas are as in production. Give it more where the game needs more:
 * `Object.assign(createTestGateway(), { takeOver: async () => binding })`.
 */
export interface TestGateway extends Pick<
  GatewayClient,
  "on" | "waitFor" | "mark" | "onSync" | "connection" | "lifecycle" | "isEmulator" | "dispose"
> {
  /** Everything that was reported, oldest first: a handler that threw, a payload that does not fit. A test may want it to be empty. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * A notification arrives. When it returns, every handler has been told, unless `sync` is under way: then it is held. Text is sent as it is, anything else
   * as its JSON text. A key of GS2's services comes as both issuer and subject, any other as the subject of a `sendNotification`; a pair
   * comes as it is given, so that also what the types forbid can come. Throws a GatewayError with kind `invalidArgument` for what cannot be JSON.
   */
  emit<K extends NotificationKey>(key: K, payload: NotificationMap[K], options?: EmitOptions): void;
  emit(
    selector: NotificationPair | NotificationDefinition,
    payload: unknown,
    options?: EmitOptions,
  ): void;
  /**
   * Runs what `onSync` was given, as after a bind; notifications are held meanwhile. Any reason but `first` is a gap, as in production: a
   * `waitFor` with `onGap: "reject"` ends. Default: `first` the first time, then `gap`; `downMs` 0; the binding of slot `player`.
   *
   * @returns settles when all of it has
   */
  sync(sync?: Partial<Sync>): Promise<void>;
  /**
   * Changes `connection` and tells `lifecycle` of it, before it returns: `status`, and `replaced` or `unauthorized` where it says so. It
   * begins as `idle`, without bindings. Called by a handler it is told after what is being told.
   */
  setConnection(change: SnapshotChange): ConnectionSnapshot;
}

/** The issuer of what `sendNotification` sends, as far as is known. */
const CUSTOM_ISSUER = "Gs2Gateway:SendNotification";

export function createTestGateway({ logger }: TestGatewayOptions = {}): TestGateway {
  const diagnostics: Diagnostic[] = [];
  const { announce } = new EventQueue(
    () => undefined,
    (error) => report("error", "stepFailed", String(error), { error }),
  );

  const report = createReporter(
    logger,
    // Without a login there is nothing to keep.
    (text) => text,
    (diagnostic) => {
      diagnostics.push(diagnostic);
      announce(() => quiet.emit("diagnostic", diagnostic));
    },
  );
  const quiet = createEmitter(() => undefined);
  const threw = (error: unknown, said: string): void =>
    report("error", "handlerThrew", said, { error });
  const lifecycle = createEmitter(threw);
  const notify = new Notifications(systemClock, createEmitter(threw), report);

  let synced = false;
  let connection: ConnectionSnapshot = Object.freeze({
    status: "idle",
    since: systemClock.wallTime(),
    attempt: 0,
    nextRetryAt: undefined,
    reason: undefined,
    error: undefined,
    bindings: Object.freeze({}),
  });

  const bindingOf = (slot: string, change: Partial<Binding> = {}): Binding =>
    Object.freeze({
      slot,
      namespaceName: "game-0001",
      userId: "user-0001",
      sessionId: undefined,
      connectionId: "connection-0001",
      state: "held",
      session: undefined,
      error: undefined,
      ...connection.bindings[slot],
      ...change,
    });

  return {
    isEmulator: true,
    diagnostics,
    lifecycle: {
      on: (event, handler, options) =>
        (event === "diagnostic" ? quiet : lifecycle).listen(event, handler, options),
    },
    get connection() {
      return connection;
    },
    on: (...registration: Parameters<Notifications["on"]>) => notify.on(...registration),
    waitFor: (...wait: Parameters<Notifications["waitFor"]>) => notify.waitFor(...wait) as never,
    mark: () => notify.mark(),
    onSync: (...registration) => notify.onSync(...registration),
    emit(
      selector: string | NotificationPair | NotificationDefinition,
      payload: unknown,
      { via = "socket" }: EmitOptions = {},
    ) {
      const { issuer, subject } = pairOf(selector);
      notify.receive({ issuer, subject, payload: textOf(payload) }, systemClock.wallTime(), via);
    },
    async sync(change = {}) {
      const { reason = synced ? "gap" : "first", downMs = 0 } = change;
      synced = true;
      const since = reason === "first" ? undefined : systemClock.wallTime() - downMs;
      if (reason !== "first") notify.addGap();
      await notify.sync({ since, binding: bindingOf("player"), ...change, reason, downMs });
    },
    setConnection({ bindings, ...change }) {
      const before = connection;
      const { status = before.status } = change;
      const now: ConnectionSnapshot = Object.freeze({
        ...before,
        since: status === before.status ? before.since : systemClock.wallTime(),
        ...change,
        status,
        bindings: bindings
          ? Object.freeze(
              Object.fromEntries(
                Object.entries(bindings).map(([slot, one]) => [slot, bindingOf(slot, one)]),
              ),
            )
          : before.bindings,
      });
      connection = now;
      announce(() => emitChanges(lifecycle.emit, now, before));
      return now;
    },
    dispose() {
      notify.endHolds();
      notify.dispose();
      lifecycle.forgetHandlers();
      quiet.forgetHandlers();
    },
  };
}

function pairOf(selector: string | NotificationPair | NotificationDefinition): {
  issuer: string;
  subject: string;
} {
  if (typeof selector === "object" && !("schema" in selector)) {
    const { issuer = "", subject = "" } = selector;
    return { issuer, subject };
  }
  const key = typeof selector === "string" ? selector : selector.key;
  if (!key || key === "*") throw invalidArgument("emit", 'key other than "*"');
  // Only a key of a GS2 service is read from the issuer.
  return { issuer: notificationKey(key, "") === key ? key : CUSTOM_ISSUER, subject: key };
}

function textOf(payload: unknown): string {
  if (typeof payload === "string") return payload;
  let text: unknown;
  try {
    text = JSON.stringify(payload);
  } catch {
    // Circular, or with a bigint in it.
  }
  if (typeof text !== "string")
    throw invalidArgument("emit", "payload", "cannot be written as JSON");
  return text;
}
