import { limitSettings } from "../../limits.js";
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

/** Settings that a usual run cannot see, with the reason. */
export const notObserved: Reasons = {
  idleTimeoutMs: "it takes as long as it lasts: --watch-minutes N watches a silent socket",
  lifetimeMs: "it takes as long as it lasts: --watch-minutes N watches a socket",
};

/** They are no readings of GS2, so no run looks for them. Every other setting has a row. */
export const limits = Object.keys(limitSettings);

export interface DoctorReport {
  /** The gateway that was examined. */
  readonly target: string;
  readonly namespaceName: string;
  readonly calls: number;
  readonly rows: readonly DoctorRow[];
  readonly notObserved: Reasons;
  /** Settings that are limits of the emulator. */
  readonly limits: readonly string[];
  /** For `gs2-gateway emulator --settings`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export const settingsOf = (rows: readonly DoctorRow[]): Record<string, unknown> =>
  Object.fromEntries(
    rows.flatMap(({ setting, value }) =>
      setting === null || value === undefined ? [] : [[setting, value]],
    ),
  );

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];

/** The report as lines for people. */
export function formatReport({ target, calls, rows, notObserved, limits }: DoctorReport): string[] {
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
    ...titled(
      "Not observed:",
      Object.entries(notObserved).map(([name, why]) => `${name}: ${why}`),
    ),
    ...titled("Limits of the emulator, not readings of GS2:", [limits.join(", ")]),
    "",
    `${count("same")} same, ${count("differs")} differ, ${count("unclear")} unclear, after ${calls} calls.`,
  ];
}
