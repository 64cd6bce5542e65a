import type { EmulatorFaultName, EmulatorFaultReport, Fault } from "./definitions.js";
import { isMeant, type Subject } from "./target.js";

interface Entry {
  readonly fault: Fault;
  struck: number;
  spent: boolean;
}

/** The faults that were set, and which of them strikes. Chance is drawn only where a fault leaves something to it. */
export class FaultBook {
  #entries: readonly Entry[] = [];

  constructor(private readonly random: () => number) {}

  /** In place of those before. */
  set(faults: readonly Fault[]): void {
    this.#entries = faults.map((fault) => ({ fault, struck: 0, spent: false }));
  }

  list(): EmulatorFaultReport[] {
    return this.#entries.map(({ fault, struck, spent }) => ({ ...fault.given, struck, spent }));
  }

  /** Those that can still strike, in the order they were set. */
  inForce(): Fault[] {
    return this.#entries.flatMap(({ fault, spent }) => (spent ? [] : [fault]));
  }

  /** The first of this name that {@link strikesWith} answers yes to. */
  strike<Name extends EmulatorFaultName>(
    name: Name,
    subject: () => Subject,
    fits: (fault: Fault<Name>) => boolean = () => true,
  ): Fault<Name> | undefined {
    for (const { fault, spent } of this.#entries) {
      if (spent || fault.fault !== name) continue;
      const named = fault as unknown as Fault<Name>;
      if (fits(named) && this.strikesWith(fault, subject())) return named;
    }
    return undefined;
  }

  /** Whether this fault is meant for the subject and has its chance; then it is counted, and spent after the last time. */
  strikesWith(fault: Fault, subject: Subject): boolean {
    const entry = this.#entries.find((one) => one.fault === fault);
    if (!entry || entry.spent || !isMeant(fault, subject)) return false;
    if (fault.chance < 1 && this.random() >= fault.chance) return false;
    entry.struck++;
    entry.spent = entry.struck >= fault.times;
    return true;
  }

  spend(fault: Fault): void {
    for (const entry of this.#entries) if (entry.fault === fault) entry.spent = true;
  }
}
