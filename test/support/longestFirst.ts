import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Seconds of the files that take longest, roughly; in any engine. */
const seconds: Readonly<Record<string, number>> = {
  "sim/leaks.test.ts": 80,
  "browser/demoLayout.test.ts": 70,
  "browser/inspector.test.ts": 60,
  "sim/sim.test.ts": 55,
  "browser/bundled.test.ts": 50,
  "browser/phaser.test.ts": 45,
  "package/security.test.ts": 45,
  "browser/demoRound.test.ts": 40,
  "browser/demo.test.ts": 35,
  "browser/guide.test.ts": 30,
  "browser/pushFailures.test.ts": 30,
  "sim/outages.test.ts": 25,
  "package/template.test.ts": 20,
  "package/packedTypes.test.ts": 20,
  "browser/push.test.ts": 20,
  "sim/explore/explore.test.ts": 20,
  "package/guide.test.ts": 20,
  "package/fuzz.test.ts": 15,
  "package/api.test.ts": 15,
  "browser/demoFaults.test.ts": 15,
  "browser/faults.test.ts": 15,
};

const secondsOf = ({ moduleId }: TestSpecification): number =>
  seconds[moduleId.split("/").slice(-2).join("/")] ??
  seconds[moduleId.split("/").slice(-3).join("/")] ??
  0;

/** Starts the longest files first, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => secondsOf(other) - secondsOf(one));
  }
}
