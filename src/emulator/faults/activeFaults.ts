import type { EmulatorFaultName, EmulatorFaultReport, Fault } from "./definitions.js";
import { matchesTarget, type FaultTarget } from "./target.js";

interface Entry {
  readonly fault: Fault;
  hits: number;
  exhausted: boolean;
}

/** The faults that were set, and which of them strikes. Chance is drawn only where a fault leaves something to it. */
export class ActiveFaults {
  #entries: readonly Entry[] = [];

  constructor(private readonly random: () => number) {}

  /** In place of those before. */
  set(faults: readonly Fault[]): void {
    this.#entries = faults.map((fault) => ({ fault, hits: 0, exhausted: false }));
  }

  list(): EmulatorFaultReport[] {
    return this.#entries.map(({ fault, hits, exhausted }) => ({ ...fault.given, hits, exhausted }));
  }

  /** Those that can still strike, in the order they were set. */
  active(): Fault[] {
    return this.#entries.flatMap(({ fault, exhausted }) => (exhausted ? [] : [fault]));
  }

  /** The first of this name that {@link hit} answers yes to. */
  trigger<Name extends EmulatorFaultName>(
    name: Name,
    subject: () => FaultTarget,
    fits: (fault: Fault<Name>) => boolean = () => true,
  ): Fault<Name> | undefined {
    for (const { fault, exhausted } of this.#entries) {
      if (exhausted || fault.fault !== name) continue;
      const named = fault as unknown as Fault<Name>;
      if (fits(named) && this.hit(fault, subject())) return named;
    }
    return undefined;
  }

  /** Whether this fault is meant for the subject and has its chance; then it is counted, and spent after the last time. */
  hit(fault: Fault, subject: FaultTarget): boolean {
    const entry = this.#entries.find((one) => one.fault === fault);
    if (!entry || entry.exhausted || !matchesTarget(fault, subject)) return false;
    if (fault.chance < 1 && this.random() >= fault.chance) return false;
    entry.hits++;
    entry.exhausted = entry.hits >= fault.times;
    return true;
  }

  exhaust(fault: Fault): void {
    for (const entry of this.#entries) if (entry.fault === fault) entry.exhausted = true;
  }
}
