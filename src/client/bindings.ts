import { bindRejection, isRequestUnderWay } from "../connection/binding.js";
import type { Connection } from "../connection/connection.js";
import type { Binding } from "../connection/snapshot.js";
import type { StatusTracker } from "../connection/status.js";
import { invalidArgument } from "../errors.js";
import type { DesiredBinding, Session } from "../session/session.js";
import type { TabSession } from "../session/tabSession.js";
import type { Values } from "../wire/frames.js";
import { setUserId, type AnyMethod } from "../wire/methods.js";
import type { ClientSettings } from "./options.js";
import type { BindRequest, CallOptions } from "./types.js";

export const DEFAULT_SLOT = "player";

/**
 * The parts of a client that binding uses.
 * @internal
 */
export interface BindingParts {
  readonly settings: ClientSettings;
  readonly session: Session;
  readonly tabSession: TabSession;
  readonly connection: Connection;
  readonly status: StatusTracker;
  checkArguments(row: AnyMethod, slot: string, values: Values): Record<string, unknown>;
}

export function bindPlayer(
  parts: BindingParts,
  request: BindRequest,
  options: CallOptions,
): Promise<Binding> {
  // Callers may have no TypeScript.
  const { accessToken, slot: ownSlot } = Object(request) as Partial<BindRequest>;
  const slot = ownSlot ?? options.slot ?? DEFAULT_SLOT;
  if (!accessToken || !["string", "function"].includes(typeof accessToken)) {
    throw invalidArgument(setUserId.name, "accessToken", "must be a string or a function");
  }
  const { force, ...params } = parts.checkArguments(setUserId, slot, {
    ...request,
    namespaceName: request.namespaceName ?? parts.settings.namespaceName,
  });
  if (params["allowConcurrentAccess"] === false) params["sessionId"] ??= parts.tabSession.id;
  const before = parts.session.desiredBinding(slot);
  const isSame =
    before?.source === accessToken && JSON.stringify(before.params) === JSON.stringify(params);
  const desired = isSame ? before : parts.session.createDesiredBinding(slot, accessToken, params);
  return bindAndWait(parts, slot, desired, !!force, options);
}

export function takeOver(parts: BindingParts, options: CallOptions): Promise<Binding> {
  const slot = options.slot ?? DEFAULT_SLOT;
  const desired = parts.session.desiredBinding(slot);
  if (!desired) {
    throw invalidArgument("takeOver", `slot "${slot}"`, "has no binding: call setUserId first");
  }
  return bindAndWait(parts, slot, desired, true, options);
}

export function release({ session, connection }: BindingParts, slot: string): void {
  // First: a handler of what follows may ask for a new one.
  session.setDesiredBinding(slot, undefined);
  connection.dispatch({ type: "release", slot });
}

async function bindAndWait(
  parts: BindingParts,
  slot: string,
  desired: DesiredBinding,
  force: boolean,
  options: CallOptions,
): Promise<Binding> {
  const { session, connection, status, settings } = parts;
  const rejection = bindRejection(connection.state, force);
  if (rejection) throw rejection;
  const waiting = status.waitUntil(
    setUserId.name,
    { ...options, timeoutMs: options.timeoutMs ?? settings.callTimeoutMs },
    ({ slots: { [slot]: current } }) => {
      if (!current) return "released";
      if (session.desiredBinding(slot) !== desired) return "a later call took its place";
      return current.state === "held" || ("error" in current && current.error);
    },
    slot,
    () => (desired.bindSent ? { outcome: "unknown", retryable: true } : {}),
  );
  if (!options.signal?.aborted && !status.isDisposed) {
    const isShared =
      session.desiredBinding(slot) === desired && isRequestUnderWay(connection.state, slot, force);
    session.setDesiredBinding(slot, desired);
    const exclusive = desired.params["allowConcurrentAccess"] === false;
    if (!isShared) connection.dispatch({ type: "requestBind", slot, exclusive, force });
  }
  await waiting.promise;
  return status.snapshot.bindings[slot]!;
}
