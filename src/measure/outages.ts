import type { Binding, ConnectionSnapshot } from "../connection/snapshot.js";
import type { Emit, MeasureOutcome } from "./measures.js";

const isUp = ({ status }: ConnectionSnapshot): boolean =>
  status === "connected" || status === "ready" || status === "replaced";

const isConnecting = ({ status }: ConnectionSnapshot): boolean =>
  status === "connecting" || status === "reconnecting";

interface Gap {
  readonly since: number;
  readonly binding: Binding;
}

/** The time without a connection, and without a binding. @internal */
export class Outages {
  readonly #emit: Emit;
  readonly #gaps = new Map<string, Gap>();
  #attempt: { readonly name: "connect" | "reconnect"; readonly since: number } | undefined;
  #lastFrameAt = performance.now();

  constructor(emit: Emit, now: ConnectionSnapshot) {
    this.#emit = emit;
    if (isConnecting(now)) this.#begin(now);
  }

  frameReceived(): void {
    this.#lastFrameAt = performance.now();
  }

  changed(now: ConnectionSnapshot, before: ConnectionSnapshot): void {
    if (isConnecting(now) && !isConnecting(before)) this.#begin(now);
    else if (this.#attempt && !isConnecting(now)) {
      const { name, since } = this.#attempt;
      this.#attempt = undefined;
      this.#emit(name, since, isUp(now) ? "ok" : (now.error?.kind ?? "aborted"));
    }
    for (const [slot, binding] of Object.entries(before.bindings)) {
      const isGap = binding.state === "held" && now.bindings[slot]?.state === "wanted";
      if (isGap && isConnecting(now)) this.#gaps.set(slot, { since: this.#lastFrameAt, binding });
    }
    for (const [slot, gap] of this.#gaps) this.#endGap(slot, gap, now);
  }

  #begin({ status }: ConnectionSnapshot): void {
    const name = status === "connecting" ? "connect" : "reconnect";
    this.#attempt = { name, since: performance.now() };
  }

  #endGap(slot: string, { since, binding }: Gap, now: ConnectionSnapshot): void {
    const outcome = outcomeOf(now.bindings[slot], isConnecting(now) || isUp(now));
    if (!outcome) return;
    this.#gaps.delete(slot);
    const { userId, namespaceName } = now.bindings[slot] ?? binding;
    // Another player has no gap.
    if (userId !== binding.userId || namespaceName !== binding.namespaceName) return;
    this.#emit("gap", since, outcome);
  }
}

/** Undefined: the gap goes on. */
function outcomeOf(binding: Binding | undefined, goesOn: boolean): MeasureOutcome | undefined {
  if (!binding || !goesOn) return "aborted";
  switch (binding.state) {
    case "held":
      return "ok";
    case "replaced":
      return "replaced";
    case "failed":
      return binding.error?.kind ?? "unknown";
    case "wanted":
    case "binding":
      return undefined;
  }
}
