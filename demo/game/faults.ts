import { signal } from "@preact/signals";
import type { EmulatorFault, EmulatorFaultReport } from "gs2-gateway/emulator";
import { requestFaults } from "../local/emulator.js";

/** The faults of each switch in the drawer. */
const faultsOf = {
  latency: (userId) => [{ fault: "latency", delayMs: 400, jitterMs: 400, userId }],
  duplicateNotification: (userId) => [{ fault: "duplicateNotification", userId }],
  slowLogin: () => [{ fault: "slowLogin", delayMs: 3_000 }],
  refuse: () => [{ fault: "refuse" }],
  drop: (userId) => [{ fault: "drop", userId }],
  halfOpen: (userId) => [{ fault: "halfOpen", userId }],
  kick: (userId) => [{ fault: "kick", userId }],
  // A session outlives its tokens; the next bind needs new ones.
  expireTokens: (userId) => [
    { fault: "expireTokens", userId },
    { fault: "drop", userId },
  ],
} satisfies Record<string, (userId: string) => EmulatorFault[]>;

export type FaultName = keyof typeof faultsOf;

export const faultNames = Object.keys(faultsOf) as FaultName[];

/** These last until they are switched off; the others happen once. */
export const lasting: readonly FaultName[] = [
  "latency",
  "duplicateNotification",
  "slowLogin",
  "refuse",
];

/** Undefined while the emulator does not answer. */
export const reports = signal<readonly EmulatorFaultReport[] | undefined>([]);

export async function refreshReports(): Promise<void> {
  reports.value = await requestFaults().catch(() => undefined);
}

const isForUser = (given: EmulatorFault, userId: string): boolean =>
  !("userId" in given) || given.userId === userId;

const matches = (name: FaultName, userId: string) => (one: EmulatorFaultReport) =>
  one.fault === name && isForUser(one, userId);

export const isActive = (name: FaultName, userId: string): boolean =>
  reports.value?.some((one) => !one.exhausted && matches(name, userId)(one)) ?? false;

/** The emulator replaces the whole list: faults of other players are sent again with ours. */
async function change(next: (now: EmulatorFaultReport[]) => EmulatorFault[]): Promise<void> {
  try {
    const active = (await requestFaults()).filter(({ exhausted }) => !exhausted);
    const faults = next(active).map(
      ({ hits: _, exhausted: __, ...fault }: Partial<EmulatorFaultReport>) =>
        fault as EmulatorFault,
    );
    await requestFaults(faults);
  } catch {
    // refreshReports() shows that the emulator does not answer.
  }
  await refreshReports();
}

export const setFault = (name: FaultName, userId: string, wanted: boolean): Promise<void> =>
  change((now) => [
    ...now.filter((one) => !matches(name, userId)(one)),
    ...(wanted ? faultsOf[name](userId) : []),
  ]);

export const clearFaults = (userId: string): Promise<void> =>
  change((now) => now.filter((one) => !isForUser(one, userId)));
