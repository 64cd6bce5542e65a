import type { EmulatorFault, EmulatorFaultReport } from "../../emulator/index.js";

/** The choices of a parameter that takes one of a few texts: `"now" or "bind"`. */
export function choicesOf(takes: string): readonly string[] | undefined {
  const choices = takes.split(" or ");
  return choices.length > 1 && choices.every((one) => /^"[^"]*"$/.test(one))
    ? choices.map((one) => one.slice(1, -1))
    : undefined;
}

/** What was typed, as the emulator takes it; it says itself what does not fit. */
function valueOf(takes: string, typed: string): unknown {
  if (choicesOf(takes) ?? (takes.startsWith("a text") && !takes.includes("JSON"))) return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

/** A fault with the parameters that were typed; those left empty are left out. */
export function faultOf(
  name: string,
  takes: Readonly<Record<string, string>>,
  typed: Readonly<Record<string, string>>,
): EmulatorFault {
  const given = Object.entries(takes).flatMap(([field, words]): [string, unknown][] => {
    const text = typed[field]?.trim() ?? "";
    return text === "" ? [] : [[field, valueOf(words, text)]];
  });
  // Checked by the emulator, not here: it says what it does not know.
  return { fault: name, ...Object.fromEntries(given) } as EmulatorFault;
}

/** The faults in force, as they are to be set again: spent ones are left, and one that may strike so often has what is left of it. */
export function stillInForce(reports: readonly EmulatorFaultReport[]): EmulatorFault[] {
  return reports
    .filter(({ exhausted }) => !exhausted)
    .map(({ hits, exhausted: _, ...given }) =>
      typeof given["times"] === "number" ? { ...given, times: given["times"] - hits } : given,
    );
}

/** Which parameter a refusal is about, going by its words. */
export const namedIn = (
  message: string,
  takes: Readonly<Record<string, string>>,
): string | undefined =>
  Object.keys(takes).find((field) =>
    new RegExp(`(takes as|needs a|takes no|parameter) "?${field}\\b`).test(message),
  );
