import { emitChanges } from "../connection/status.js";
import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { Diagnostic, Logger } from "../core/diagnostics.js";
import { invalidArgument } from "../errors.js";
import type { GatewayClient } from "../client/client.js";
import { EventQueue } from "../client/eventQueue.js";
import { createEmitter } from "../notify/emitter.js";
import type { Notification } from "../notify/notification.js";
import type {
  KnownSelector,
  NotificationPair,
  NotificationSelector,
} from "../notify/notificationSource.js";
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
  /** Gets all diagnostics. Default: `console`, which gets warnings and errors; false: none. */
  logger?: Logger | false | undefined;
}

export interface EmitOptions {
  /** Default `socket`. */
  via?: Notification["via"] | undefined;
}

/** New values of the snapshot; omitted values do not change. */
export interface SnapshotChange extends Partial<Omit<ConnectionSnapshot, "bindings">> {
  /**
   * New bindings by slot; they replace all bindings. Omitted values of a binding do not change;
   * those of a new binding are the values of a bound player.
   */
  readonly bindings?: Readonly<Record<string, Partial<Binding>>> | undefined;
}

/**
 * A GatewayClient for a game's tests, without socket and server. It runs the client's own code:
 * order of delivery, error isolation, history, holding and schemas are as in production. Add
 * further methods as the game needs them: `Object.assign(createTestGateway(), { takeOver: async ()
 * => binding })`.
 */
export interface TestGateway extends Pick<
  GatewayClient,
  "on" | "waitFor" | "mark" | "onSync" | "connection" | "lifecycle" | "isEmulator" | "dispose"
> {
  /**
   * All diagnostics, oldest first: for example a handler that threw or a payload that does not
   * match its schema. A test may expect it to be empty.
   */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * Receives a notification. All handlers have been called when it returns, unless a `sync` is
   * running: then the notification is held. A text payload is used as it is, any other as JSON
   * text. A key of a GS2 service is both issuer and subject; any other key is the subject of a
   * `sendNotification`. A pair is used as it is, also where the types forbid its payload. Throws a
   * GatewayError of kind `invalidArgument` for a payload that cannot be JSON.
   */
  emit<Selector extends string | object>(
    selector: KnownSelector<Selector, never>,
    payload: [Selector] extends [NotificationKey] ? NotificationMap[Selector] : unknown,
    options?: EmitOptions,
  ): void;
  /**
   * Calls the `onSync` handlers, as after a bind, and holds notifications meanwhile. A reason other
   * than `first` is a gap, as in production: a `waitFor` with `onGap: "reject"` rejects. Default:
   * `first` the first time, then `gap`; `downMs` 0; the binding of slot `player`.
   *
   * @returns resolves when all handlers have settled
   */
  sync(sync?: Partial<Sync>): Promise<void>;
  /**
   * Changes `connection` and emits the `lifecycle` events before it returns: `status`, and
   * `replaced` or `unauthorized` where the change says so. The first snapshot is `idle`, without
   * bindings. When a handler calls it, its events follow those being emitted.
   */
  setConnection(change: SnapshotChange): ConnectionSnapshot;
}

/** Issuer of notifications from `sendNotification` (assumed). */
const CUSTOM_ISSUER = "Gs2Gateway:SendNotification";

export function createTestGateway({ logger }: TestGatewayOptions = {}): TestGateway {
  const diagnostics: Diagnostic[] = [];
  const { announce } = new EventQueue(
    () => undefined,
    (error) => report("error", "stepFailed", String(error), { error }),
  );
  const report = createReporter(
    logger,
    // Without a login there are no secrets to redact.
    (text) => text,
    (diagnostic) => {
      diagnostics.push(diagnostic);
      announce(() => diagnosticEvents.emit("diagnostic", diagnostic));
    },
  );
  const diagnosticEvents = createEmitter(() => undefined);
  const reportHandlerError = (error: unknown, message: string): void =>
    report("error", "handlerThrew", message, { error });
  const lifecycle = createEmitter(reportHandlerError);
  const notify = new Notifications(systemClock, createEmitter(reportHandlerError), report);
  const connection = createConnection((now, before) =>
    announce(() => emitChanges(lifecycle.emit, now, before)),
  );
  let synced = false;

  return {
    isEmulator: true,
    diagnostics,
    lifecycle: {
      on: (event, handler, options) =>
        (event === "diagnostic" ? diagnosticEvents : lifecycle).listen(event, handler, options),
    },
    get connection() {
      return connection.get();
    },
    on: (selector, handler, options) =>
      notify.on(selector as NotificationSelector, handler, options),
    waitFor: (selector, options) =>
      notify.waitFor(selector as NotificationSelector, options) as never,
    mark: () => notify.mark(),
    onSync: (...registration) => notify.onSync(...registration),
    emit(selector, payload, { via = "socket" } = {}) {
      const { issuer, subject } = pairOf(selector as string | NotificationPair);
      notify.receive({ issuer, subject, payload: textOf(payload) }, systemClock.wallTime(), via);
    },
    async sync(change = {}) {
      const { reason = synced ? "gap" : "first", downMs = 0 } = change;
      synced = true;
      const since = reason === "first" ? undefined : systemClock.wallTime() - downMs;
      if (reason !== "first") notify.addGap();
      await notify.sync({
        since,
        binding: connection.bindingOf("player"),
        ...change,
        reason,
        downMs,
      });
    },
    setConnection: (change) => connection.set(change),
    dispose() {
      notify.endHolds();
      notify.dispose();
      lifecycle.forgetHandlers();
      diagnosticEvents.forgetHandlers();
    },
  };
}

function createConnection(onChange: (now: ConnectionSnapshot, before: ConnectionSnapshot) => void) {
  let snapshot: ConnectionSnapshot = Object.freeze({
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
      ...snapshot.bindings[slot],
      ...change,
    });

  return {
    get: () => snapshot,
    bindingOf,
    set({ bindings, ...change }: SnapshotChange): ConnectionSnapshot {
      const before = snapshot;
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
      snapshot = now;
      onChange(now, before);
      return now;
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
  // Only the key of a GS2 service is read from the issuer.
  return { issuer: notificationKey(key, "") === key ? key : CUSTOM_ISSUER, subject: key };
}

function textOf(payload: unknown): string {
  if (typeof payload === "string") return payload;
  let text: unknown;
  try {
    text = JSON.stringify(payload);
  } catch {
    // Circular, or it contains a bigint.
  }
  if (typeof text !== "string")
    throw invalidArgument("emit", "payload", "cannot be written as JSON");
  return text;
}
