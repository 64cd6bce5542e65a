import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { inRepo } from "../../../support/repo.js";
import { fields } from "../table/fields.js";
import { goesBy, rows, type Row } from "../table/rows.js";
import { enter, roads, type OpenStage, type Road } from "../table/stage.js";
import { loadSwitched, offlineStage, type Switched } from "./offline.js";

// Every rule of the emulator is there for a reason that the table knows: switch it off, and some row of the table goes red.

interface Played {
  readonly row: Row;
  readonly road: Road;
}

interface OffRule {
  readonly name: string;
  /** Only these rows come near it. */
  readonly rows: readonly Played[];
  /** Answers its own undo. */
  off(): () => void;
}

const table: readonly Played[] = roads.flatMap((road) =>
  rows.filter(goesBy(road)).map((row) => ({ row, road })),
);

let switched: Switched;
let openStage: OpenStage;
/** The refusals that are due in a row, and the methods that run in it. */
const due = new Map<Played, ReadonlySet<number>>();
const run = new Map<Played, ReadonlySet<string>>();

async function isRed({ row, road }: Played): Promise<boolean> {
  try {
    await row.holds(await enter(await openStage(row.settings ?? {}), road));
    return false;
  } catch {
    return true;
  }
}

const says = ({ row, road }: Played): string => `${row.says}, over ${road}`;

beforeAll(async () => {
  switched = await loadSwitched();
  openStage = offlineStage(switched.core);
  const running = new Set<string>();
  const undos = behaviours().map(({ method }) =>
    replaceRule(method, () => void running.add(method)),
  );
  const red: string[] = [];
  for (const played of table) {
    running.clear();
    switched.takeDue();
    if (await isRed(played)) red.push(says(played));
    due.set(played, switched.takeDue());
    run.set(played, new Set(running));
  }
  for (const undo of undos) undo();
  expect(red, "every row holds without a network too").toEqual([]);
}, 120_000);

type Rules = Switched["core"]["handlers"];
type Rule = Rules extends ReadonlyMap<string, infer R> ? R : never;

/** Each place in the code that refuses a call. */
const refusals = (): OffRule[] =>
  switched.refusals.map(({ file, line, text }, refusal) => ({
    name: `${file}:${line} refuses by ${text}`,
    rows: table.filter((played) => due.get(played)?.has(refusal)),
    off() {
      switched.off(refusal);
      return () => switched.off(undefined);
    },
  }));

/** `instead` answers nothing to let the rule run. */
function replaceRule(method: string, instead: () => unknown): () => void {
  const map = switched.core.handlers as Map<string, Rule>;
  const rule = map.get(method)!;
  const runInstead: Rule["run"] = (...args) =>
    (instead() as ReturnType<Rule["run"]> | undefined) ?? rule.run(...args);
  map.set(method, { ...rule, run: runInstead });
  return () => void map.set(method, rule);
}

/** What each method is for: without it the answer is a success with nothing in it, and nothing comes of it. */
const behaviours = (): (OffRule & { readonly method: string })[] =>
  [...switched.core.handlers.keys()].map((method) => ({
    method,
    name: `${method} does what it is for`,
    rows: table.filter((played) => run.get(played)?.has(method)),
    off: () => replaceRule(method, () => ({ status: 200, body: {}, effects: [] })),
  }));

type Fields = Record<string, { readonly fields?: Fields }>;

/** What each row of the reference says of its fields. */
const fieldRules = (): OffRule[] =>
  fields.flatMap(({ method, model, name, path, rule }) => {
    const kinds: readonly (readonly [says: string, isThere: boolean, off: object])[] = [
      ["is needed", rule.mustBeSupplied === true, { mustBeSupplied: false }],
      ["is needed on a condition", rule.requiredWhen !== undefined, { requiredWhen: undefined }],
      ["has an effect on a condition", rule.condition !== undefined, { condition: undefined }],
      ["has an upper limit", rule.type !== "bool", { max: Infinity }],
      ["has a lower limit", rule.type === "int", { min: -Infinity }],
    ];
    const held = switched.core.allMethods.find((one) => one.name === method.name)!;
    const target = held as unknown as { fields: Fields };
    const changed = (all: Fields, field: string, change: object): Fields => ({
      ...all,
      [field]: { ...all[field], ...change },
    });
    return kinds
      .filter(([, isThere]) => isThere)
      .map(([what, , off]) => ({
        name: `${method.name}: ${path} ${what}`,
        rows: table.filter(({ row }) => row.about === method.name && row.field === path),
        off() {
          const before = target.fields;
          target.fields =
            model === undefined
              ? changed(before, name, off)
              : changed(before, model, { fields: changed(before[model]!.fields!, name, off) });
          return () => void (target.fields = before);
        },
      }));
  });

test(
  "every rule, switched off, turns some row of the table red",
  { timeout: 120_000 },
  async () => {
    const list: [name: string, red: string[]][] = [];
    for (const { name, rows, off } of [...refusals(), ...behaviours(), ...fieldRules()]) {
      const undo = off();
      const red: string[] = [];
      for (const played of rows) if (await isRed(played)) red.push(says(played));
      undo();
      list.push([name, red]);
    }
    // `npm run rule-mutations` prints it.
    mkdirSync(inRepo("artifacts"), { recursive: true });
    const lines = list.flatMap(([name, red]) => [name, ...red.map((row) => `  - ${row}`), ""]);
    writeFileSync(inRepo("artifacts/rules.txt"), lines.join("\n"));
    expect(list.filter(([, red]) => red.length === 0).map(([name]) => name)).toEqual([]);
    expect(list.length).toBeGreaterThan(200);
  },
);
