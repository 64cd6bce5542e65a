import { simulate, type ScenarioName } from "./simulation.js";

export interface Finding {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly violation: string;
}

const HEALTHY_NETWORK_EVERY = 3;
/** The narrow scenarios have few distinct traces. */
const NARROW_SCENARIOS_EVERY = 20;

const narrowScenarios: readonly (readonly ScenarioName[])[] = [
  [],
  ["sharedSessionId", "flapping"],
  ["doubleTap", "impatient"],
  ["cleanRestarts", "flowing"],
  ["wallClock", "samePage"],
  ["transactions"],
  ["transactions"],
];

function scenariosOf(seed: number): readonly ScenarioName[] {
  const healthy: readonly ScenarioName[] =
    seed % HEALTHY_NETWORK_EVERY === 0 ? ["healthyNetwork"] : [];
  return ["randomFaults", ...healthy, ...(narrowScenarios[seed % NARROW_SCENARIOS_EVERY] ?? [])];
}

/** Runs the scenarios of this seed up to the first violation. */
export async function runSeed(seed: number): Promise<Finding | undefined> {
  for (const scenario of scenariosOf(seed)) {
    const { violation } = await simulate(seed, { scenario });
    if (violation !== undefined) return { seed, scenario, violation };
  }
  return undefined;
}
