import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { inRepo, readInRepo } from "../support/repo.js";

const workflows = readdirSync(inRepo(".github/workflows")).map((name) => ({
  name,
  text: readInRepo(".github/workflows", name),
}));
const release = workflows.find(({ name }) => name === "release.yml")!.text;

/** The text of each job of the release. */
const jobs = Object.fromEntries(
  release
    .split("\njobs:\n")[1]!
    .split(/\n(?= {2}\w+:\n)/)
    // The text before the first job is a comment.
    .map((text) => [/^ {2}(\w+):$/m.exec(text)?.[1] ?? "", text.replace(/\s#.*/g, "")]),
);

test("every action is pinned by its commit", () => {
  for (const { name, text } of workflows) {
    for (const [, action] of text.matchAll(/uses: (\S+)/g)) {
      expect([name, action]).toEqual([name, expect.stringMatching(/@[0-9a-f]{40}$/)]);
    }
  }
});

test("tests run on each push and pull request", () => {
  const { text } = workflows.find(({ name }) => name === "test.yml")!;
  expect(text).toMatch(/^on:\n {2}push:\n {2}pull_request:$/m);
  expect(text).toContain("- run: npm test");
});

test("the job that may publish runs no script of the package or of a dependency", () => {
  expect(jobs["publish"]).toContain("id-token: write");
  expect([...jobs["publish"]!.matchAll(/run: (.*)/g)].map(([, run]) => run)).toEqual([
    "npm publish ./gs2-gateway-*.tgz --provenance --ignore-scripts",
  ]);
  expect(release.match(/id-token/g)).toHaveLength(1);
});

test("the job that packs may write nothing, audits what is bundled, and makes an SBOM", () => {
  expect(jobs["pack"]).not.toContain("permissions");
  expect(release).toMatch(/^permissions:\n {2}contents: read$/m);
  expect(jobs["pack"]).toContain("npm audit --audit-level=moderate");
  expect(jobs["pack"]).toContain("npm pack ");
  expect(jobs["pack"]).toContain("npm sbom --sbom-format=cyclonedx");
  expect(jobs["attach"]).toContain("sbom.cdx.json");
});
