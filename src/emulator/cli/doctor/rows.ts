import { readSettings, type EmulatorSettings } from "../../settings.js";

/** One fact that was examined. */
export interface DoctorRow {
  /** The setting that follows from it; null: there is none. */
  readonly setting: keyof EmulatorSettings | null;
  /** Whether the fact is as the emulator assumes. */
  readonly verdict: "same" | "differs" | "unclear";
  /** Undefined: nothing follows. */
  readonly value?: unknown;
  readonly evidence: string;
}

const defaults = readSettings();

/** @param value undefined: the reply does not show it */
export function row<Name extends keyof EmulatorSettings>(
  setting: Name,
  value: EmulatorSettings[Name] | undefined,
  evidence: string,
): DoctorRow {
  if (value === undefined) return { setting, verdict: "unclear", evidence };
  return { setting, verdict: value === defaults[setting] ? "same" : "differs", value, evidence };
}

/** A fact without a setting. @param holds undefined: the reply does not show it */
export const fact = (holds: boolean | undefined, evidence: string): DoctorRow => ({
  setting: null,
  verdict: holds === undefined ? "unclear" : holds ? "same" : "differs",
  evidence,
});

type Reasons = Readonly<Partial<Record<keyof EmulatorSettings, string>>>;

/** Settings that no run can see, with the reason. */
export const notObservedInAnyRun: Reasons = {
  accessTokenExpiresInMs: "GS2-Auth issues access tokens, not GS2-Gateway",
  accessTokenExpiryEndsSession: "an access token lives for an hour, a run for seconds",
  serviceNotificationKeyIn: "another GS2 service would have to send a notification",
  duplicationAvoiderLastsMs: "it would take as long as it lasts",
  jobDurationMs: "it depends on the load of the gateway, not on a rule",
  maxBodyBytes: "a protection of the emulator, not a fact of GS2",
  maxConnections: "a protection of the emulator, not a fact of GS2",
  maxUnsentBytes: "a protection of the emulator, not a fact of GS2",
};

/** Those that a usual run cannot see. Every other setting has a row. */
export const notObserved: Reasons = {
  ...notObservedInAnyRun,
  idleTimeoutMs: "it takes as long as it lasts: --watch-minutes N watches a silent socket",
  lifetimeMs: "it takes as long as it lasts: --watch-minutes N watches a socket",
};

export interface DoctorReport {
  /** The gateway that was examined. */
  readonly target: string;
  readonly namespaceName: string;
  readonly calls: number;
  readonly rows: readonly DoctorRow[];
  readonly notObserved: Reasons;
  /** For `gs2-gateway emulator --settings`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export const settingsOf = (rows: readonly DoctorRow[]): Record<string, unknown> =>
  Object.fromEntries(
    rows.flatMap(({ setting, value }) =>
      setting === null || value === undefined ? [] : [[setting, value]],
    ),
  );

/** The report as lines for people. */
export function formatReport({ target, calls, rows, notObserved }: DoctorReport): string[] {
  const count = (verdict: DoctorRow["verdict"]) =>
    rows.filter((one) => one.verdict === verdict).length;
  const lines = rows.map(({ verdict, setting, value, evidence }) => {
    const name =
      setting === null
        ? ""
        : `${setting}${value === undefined ? "" : ` = ${JSON.stringify(value)}`}: `;
    return `  ${verdict.padEnd(8)}${name}${evidence}`;
  });
  return [
    `What ${target} does, beside what the emulator assumes:`,
    "",
    ...lines,
    "",
    "Not observed:",
    ...Object.entries(notObserved).map(([name, why]) => `  ${name}: ${why}`),
    "",
    `${count("same")} same, ${count("differs")} differ, ${count("unclear")} unclear, after ${calls} calls.`,
  ];
}
