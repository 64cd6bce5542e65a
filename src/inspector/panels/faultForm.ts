import type { FaultParameter } from "../../emulator/faults/parse.js";
import type { EmulatorFault, EmulatorFaultReport } from "../../emulator/index.js";
import type { FieldRefusal } from "../api.js";

type Parameters = Readonly<Record<string, FaultParameter>>;

/**
 * The typed text as a value of this type. The emulator checks it: a text that does not fit is sent
 * as it is.
 */
function valueOf(type: FaultParameter["type"], typed: string): unknown {
  if (type === "string" || type === "choice") return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

/** A fault with the parameters that were typed; empty ones are left out. */
export function faultOf(
  name: string,
  parameters: Parameters,
  typed: Readonly<Record<string, string>>,
): EmulatorFault {
  const values = Object.entries(parameters).flatMap(([field, { type }]): [string, unknown][] => {
    const text = typed[field]?.trim() ?? "";
    return text === "" ? [] : [[field, valueOf(type, text)]];
  });
  // Checked by the emulator.
  return { fault: name, ...Object.fromEntries(values) } as EmulatorFault;
}

/**
 * The active faults, to be set again: exhausted ones are left out, and `times` is what is left of
 * it.
 */
export function stillActive(reports: readonly EmulatorFaultReport[]): EmulatorFault[] {
  return reports
    .filter(({ exhausted }) => !exhausted)
    .map(({ hits, exhausted: _, ...given }) =>
      typeof given["times"] === "number" ? { ...given, times: given["times"] - hits } : given,
    );
}

/** The parameter of the fault at this index that the emulator refused. */
export const refusedParameter = (
  errors: readonly FieldRefusal[],
  index: number,
  parameters: Parameters,
): string | undefined =>
  Object.keys(parameters).find((name) =>
    errors.some(({ field }) => field === `faults[${index}].${name}`),
  );
