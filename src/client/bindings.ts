import { bindRejection } from "../connection/binding.js";
import type { Condition } from "../connection/status.js";
import type { ConnectionEvent } from "../connection/machine.js";
import type { Binding } from "../connection/snapshot.js";
import type { State } from "../connection/state.js";
import type { AbortOptions } from "../core/deferred.js";
import { invalidArgument, type GatewayErrorOutcome } from "../errors.js";
import type { DesiredBinding, Session } from "../session/session.js";
import { setUserId, type AnyMethod } from "../wire/methods.js";
import type { Values } from "../wire/frames.js";
import type { BindRequest, CallOptions } from "./types.js";

export const DEFAULT_SLOT = "player";

/** @internal */
export interface BindingsPorts {
  readonly session: Session;
  readonly defaultNamespaceName: string | undefined;
  readonly callTimeoutMs: number;
  /** The session ID of this tab. */
  readonly sessionId: () => string;
  readonly state: () => State;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly dispatchAndWait: (
    method: string,
    options: AbortOptions,
    condition: Condition,
    event: ConnectionEvent,
    describe?: () => { outcome?: GatewayErrorOutcome; retryable?: boolean },
  ) => Promise<true>;
  readonly bindingOf: (slot: string) => Binding | undefined;
  readonly checkArguments: (
    row: AnyMethod,
    slot: string,
    values: Values,
  ) => Record<string, unknown>;
}

/** setUserId, takeOver and release. */
export class Bindings {
  readonly #ports: BindingsPorts;

  constructor(ports: BindingsPorts) {
    this.#ports = ports;
  }

  setUserId(request: BindRequest, options: CallOptions): Promise<Binding> {
    const { session, defaultNamespaceName, checkArguments, sessionId } = this.#ports;
    const { accessToken, slot = options.slot ?? DEFAULT_SLOT } = request;
    if (!accessToken || !["string", "function"].includes(typeof accessToken)) {
      throw invalidArgument(setUserId.name, "accessToken", "must be a string or a function");
    }
    const { force, ...params } = checkArguments(setUserId, slot, {
      ...request,
      namespaceName: request.namespaceName ?? defaultNamespaceName,
    });
    if (params["allowConcurrentAccess"] === false) params["sessionId"] ??= sessionId();
    const desired = session.createDesiredBinding(slot, accessToken, params);
    return this.#bindAndWait(slot, desired, !!force, options);
  }

  takeOver(options: CallOptions): Promise<Binding> {
    const { slot = DEFAULT_SLOT } = options;
    const desired = this.#ports.session.desiredBinding(slot);
    if (!desired) {
      throw invalidArgument("takeOver", `slot "${slot}"`, "has no binding: call setUserId first");
    }
    return this.#bindAndWait(slot, desired, true, options);
  }

  release(slot: string): void {
    // First: a handler of what follows may ask for a new one.
    this.#ports.session.deleteDesiredBinding(slot);
    this.#ports.dispatch({ type: "release", slot });
  }

  async #bindAndWait(
    slot: string,
    desired: DesiredBinding,
    force: boolean,
    options: CallOptions,
  ): Promise<Binding> {
    const { session, state, callTimeoutMs, dispatchAndWait, bindingOf } = this.#ports;
    const rejection = bindRejection(state(), force);
    if (rejection) throw rejection;
    if (!options.signal?.aborted) session.setDesiredBinding(slot, desired);
    await dispatchAndWait(
      setUserId.name,
      { ...options, timeoutMs: options.timeoutMs ?? callTimeoutMs },
      ({ slots: { [slot]: current } }) => {
        if (!current) return "released";
        if (session.desiredBinding(slot) !== desired) return "a later call took its place";
        if (current.state === "held") return true;
        return current.state === "wanted" || current.state === "failed" ? current.error : false;
      },
      {
        type: "requestBind",
        slot,
        exclusive: desired.params["allowConcurrentAccess"] === false,
        force,
      },
      () => (desired.bindSent ? { outcome: "unknown", retryable: true } : {}),
    );
    return bindingOf(slot)!;
  }
}
