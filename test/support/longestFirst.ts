import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Seconds of the files that take longest, roughly; in any engine. */
const seconds: Readonly<Record<string, number>> = {
  "browser/demoLayout.test.ts": 60,
  "browser/demoRound.test.ts": 70,
  "browser/inspector.test.ts": 65,
  "sim/sim.test.ts": 65,
  "package/security.test.ts": 50,
  "sim/leaks.test.ts": 45,
  "browser/demo.test.ts": 35,
  "browser/phaser.test.ts": 35,
  "sim/explore/explore.test.ts": 30,
  "browser/pushFailures.test.ts": 30,
  "browser/bundled.test.ts": 25,
  "package/template.test.ts": 25,
  "package/fuzz.test.ts": 25,
  "package/packedTypes.test.ts": 20,
  "browser/push.test.ts": 20,
  "package/guide.test.ts": 20,
  "package/crash.test.ts": 20,
  "package/packed.test.ts": 20,
  "client/reentrancy.test.ts": 20,
  "package/site.test.ts": 15,
  "browser/faults.test.ts": 15,
  "emulator/doctor.test.ts": 15,
  "browser/hidden.test.ts": 15,
  "package/docs.test.ts": 15,
  "browser/demoFaults.test.ts": 10,
  "browser/frameworks.test.ts": 10,
  "browser/guide.test.ts": 10,
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
