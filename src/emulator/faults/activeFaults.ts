import type { EmulatorFaultName, EmulatorFaultReport, Fault } from "./definitions.js";
import { matchesTarget, type FaultTarget } from "./target.js";

interface Entry {
  readonly fault: Fault;
  hits: number;
  exhausted: boolean;
}

/** The faults that were set, with their hits. Draws random numbers only for a chance below 1. */
export class ActiveFaults {
  #entries: readonly Entry[] = [];

  constructor(private readonly random: () => number) {}

  /** Replaces all faults. */
  set(faults: readonly Fault[]): void {
    this.#entries = faults.map((fault) => ({ fault, hits: 0, exhausted: false }));
  }

  list(): EmulatorFaultReport[] {
    return this.#entries.map(({ fault, hits, exhausted }) => ({ ...fault.given, hits, exhausted }));
  }

  /** Faults that are not exhausted, in the order they were set. */
  active(): Fault[] {
    return this.#entries.flatMap(({ fault, exhausted }) => (exhausted ? [] : [fault]));
  }

  /** The first fault of this name for which {@link hit} returns true. */
  trigger<Name extends EmulatorFaultName>(
    name: Name,
    target: () => FaultTarget,
    applies: (fault: Fault<Name>) => boolean = () => true,
  ): Fault<Name> | undefined {
    for (const { fault, exhausted } of this.#entries) {
      if (exhausted || fault.fault !== name) continue;
      const candidate = fault as unknown as Fault<Name>;
      if (applies(candidate) && this.hit(fault, target())) return candidate;
    }
    return undefined;
  }

  /** Whether the fault matches the target and its chance holds. Counts the hit. */
  hit(fault: Fault, target: FaultTarget): boolean {
    const entry = this.#entries.find((one) => one.fault === fault);
    if (!entry || entry.exhausted || !matchesTarget(fault, target)) return false;
    if (fault.chance < 1 && this.random() >= fault.chance) return false;
    entry.hits++;
    entry.exhausted = entry.hits >= fault.times;
    return true;
  }

  exhaust(fault: Fault): void {
    for (const entry of this.#entries) if (entry.fault === fault) entry.exhausted = true;
  }
}
