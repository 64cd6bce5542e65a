import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Seconds of the files that take longest, roughly; in any engine. */
export const seconds: Readonly<Record<string, number>> = {
  "sim/sim.test.ts": 95,
  "package/security.test.ts": 75,
  "browser/demoRound.test.ts": 65,
  "browser/inspector.test.ts": 65,
  "browser/demoLayout.test.ts": 50,
  "sim/leaks.test.ts": 50,
  "browser/bundled.test.ts": 45,
  "browser/demo.test.ts": 40,
  "emulator/doctor.test.ts": 40,
  "sim/explore/explore.test.ts": 40,
  "browser/phaser.test.ts": 35,
  "package/fuzz.test.ts": 35,
  "browser/pushFailures.test.ts": 25,
  "browser/push.test.ts": 25,
  "package/template.test.ts": 25,
  "browser/demoFaults.test.ts": 20,
  "client/reentrancy.test.ts": 20,
  "package/packedTypes.test.ts": 20,
  "package/guide.test.ts": 20,
  "browser/faults.test.ts": 20,
  "package/crash.test.ts": 15,
  "package/docs.test.ts": 15,
  "package/site.test.ts": 15,
  "browser/devtools.test.ts": 15,
  "browser/hidden.test.ts": 15,
  "faults/connectionLoss.test.ts": 15,
  "faults/connecting.test.ts": 12,
  "browser/frameworks.test.ts": 10,
  "browser/guide.test.ts": 10,
  "package/packed.test.ts": 10,
  "table/table.test.ts": 10,
  "browser/client.test.ts": 9,
  "package/oldestBrowsers.test.ts": 8,
  "browser/looks.test.ts": 5,
  "browser/suspended.test.ts": 5,
  "client/exclusive.test.ts": 5,
  "client/reconnect.test.ts": 5,
  "compat/officialTypes.test.ts": 5,
  "faults/replies.test.ts": 5,
  "package/dist.test.ts": 5,
  "package/subclass.test.ts": 5,
  "sim/reentrancy.test.ts": 5,
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
