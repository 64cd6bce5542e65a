import { signal } from "@preact/signals";
import type { EmulatorFault, EmulatorFaultReport } from "gs2-gateway/emulator";

/** What the drawer can break, in the emulator's own words. */
const wishOf = {
  latency: (userId) => [{ fault: "latency", delayMs: 400, jitterMs: 400, userId }],
  duplicateNotification: (userId) => [{ fault: "duplicateNotification", userId }],
  slowLogin: () => [{ fault: "slowLogin", delayMs: 3_000 }],
  refuse: () => [{ fault: "refuse" }],
  drop: (userId) => [{ fault: "drop", userId }],
  halfOpen: (userId) => [{ fault: "halfOpen", userId }],
  kick: (userId) => [{ fault: "kick", userId }],
  // A session lives on after its tokens: it is the next bind that needs new ones.
  expireTokens: (userId) => [
    { fault: "expireTokens", userId },
    { fault: "drop", userId },
  ],
} satisfies Record<string, (userId: string) => EmulatorFault[]>;

export type FaultName = keyof typeof wishOf;

export const faultNames = Object.keys(wishOf) as FaultName[];

/** These last until they are switched off; the others happen once. */
export const lasting: readonly FaultName[] = [
  "latency",
  "duplicateNotification",
  "slowLogin",
  "refuse",
];

/** Undefined where the emulator does not answer. */
export const reports = signal<readonly EmulatorFaultReport[] | undefined>([]);

async function ask(faults?: readonly EmulatorFault[]): Promise<readonly EmulatorFaultReport[]> {
  const response = await fetch("/_emulator/faults", {
    ...(faults && { method: "PUT", body: JSON.stringify({ faults }) }),
  });
  return ((await response.json()) as { faults: EmulatorFaultReport[] }).faults;
}

export async function refresh(): Promise<void> {
  reports.value = await ask().catch(() => undefined);
}

const isMine = (given: EmulatorFault, userId: string): boolean =>
  !("userId" in given) || given.userId === userId;

const isOf = (name: FaultName, userId: string) => (one: EmulatorFaultReport) =>
  one.fault === name && isMine(one, userId);

export const isOn = (name: FaultName, userId: string): boolean =>
  reports.value?.some((one) => !one.exhausted && isOf(name, userId)(one)) ?? false;

/** The emulator takes all faults at once: what other players set is set again with ours. */
async function change(next: (now: EmulatorFaultReport[]) => EmulatorFault[]): Promise<void> {
  try {
    const inForce = (await ask()).filter(({ exhausted }) => !exhausted);
    const wished = next(inForce).map(
      ({ hits: _, exhausted: __, ...fault }: Partial<EmulatorFaultReport>) =>
        fault as EmulatorFault,
    );
    await ask(wished);
  } catch {
    // refresh() says that it is out of reach.
  }
  await refresh();
}

export const set = (name: FaultName, userId: string, wanted: boolean): Promise<void> =>
  change((now) => [
    ...now.filter((one) => !isOf(name, userId)(one)),
    ...(wanted ? wishOf[name](userId) : []),
  ]);

export const mend = (userId: string): Promise<void> =>
  change((now) => now.filter((one) => !isMine(one, userId)));
