import { simulate, type ScenarioName } from "./simulation.js";

export interface Finding {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly violation: string;
}

/** The narrow scenarios have few distinct traces. */
const NARROW_SCENARIOS_EVERY = 20;

const scenariosOf = (seed: number): readonly ScenarioName[] =>
  seed % NARROW_SCENARIOS_EVERY === 1
    ? ["randomFaults", "sharedSessionId", "flapping"]
    : ["randomFaults"];

/** Runs the scenarios of this seed up to the first violation. */
export async function runSeed(seed: number): Promise<Finding | undefined> {
  for (const scenario of scenariosOf(seed)) {
    const { violation } = await simulate(seed, { scenario });
    if (violation !== undefined) return { seed, scenario, violation };
  }
  return undefined;
}
