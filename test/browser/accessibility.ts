import type { Page } from "playwright-core";
import { readInRepo } from "../support/repo.js";

const axe = readInRepo("node_modules/axe-core/axe.min.js");

/** The serious and critical violations that axe finds. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Axe {
      run(options: object): Promise<{
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      }>;
    }
    const { run } = (window as unknown as { axe: Axe }).axe;
    return (await run({ resultTypes: ["violations"] })).violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  });
}
