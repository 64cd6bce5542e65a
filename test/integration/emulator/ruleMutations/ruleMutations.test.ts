import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { inRepo } from "../../../support/repo.js";
import { fields } from "../table/fields.js";
import { usesTransport, rows, type Row } from "../table/rows.js";
import {
  createContext,
  transports,
  type OpenBackend,
  type TestTransport,
} from "../table/backend.js";
import { loadMutated, offlineBackend, type MutatedEmulator } from "./offline.js";

// Mutation test: when a rule of the emulator is disabled, some row of the table must fail.

interface TableEntry {
  readonly row: Row;
  readonly transport: TestTransport;
}

interface Mutation {
  readonly name: string;
  /** The rows that reach the rule. */
  readonly rows: readonly TableEntry[];
  /** Returns a function that undoes it. */
  apply(): () => void;
}

const table: readonly TableEntry[] = transports.flatMap((transport) =>
  rows.filter(usesTransport(transport)).map((row) => ({ row, transport })),
);

let mutated: MutatedEmulator;
let openBackend: OpenBackend;
/** The refusals that a row reaches, and the methods that it runs. */
const reachedBy = new Map<TableEntry, ReadonlySet<number>>();
const methodsOf = new Map<TableEntry, ReadonlySet<string>>();

async function fails({ row, transport }: TableEntry): Promise<boolean> {
  try {
    await row.check(await createContext(await openBackend(row.settings ?? {}), transport));
    return false;
  } catch {
    return true;
  }
}

const titleOf = ({ row, transport }: TableEntry): string => `${row.title}, over ${transport}`;

beforeAll(async () => {
  mutated = await loadMutated();
  openBackend = offlineBackend(mutated.modules);
  const running = new Set<string>();
  const undos = behaviours().map(({ method }) =>
    replaceHandler(method, () => void running.add(method)),
  );
  const failing: string[] = [];
  for (const entry of table) {
    running.clear();
    mutated.takeReached();
    if (await fails(entry)) failing.push(titleOf(entry));
    reachedBy.set(entry, mutated.takeReached());
    methodsOf.set(entry, new Set(running));
  }
  for (const undo of undos) undo();
  expect(failing, "rows that fail without a network").toEqual([]);
}, 120_000);

type Handlers = MutatedEmulator["modules"]["handlers"];
type Handler = Handlers extends ReadonlyMap<string, infer R> ? R : never;

/** Disables one refusal. */
const refusals = (): Mutation[] =>
  mutated.refusals.map(({ file, line, text }, refusal) => ({
    name: `${file}:${line} refuses by ${text}`,
    rows: table.filter((entry) => reachedBy.get(entry)?.has(refusal)),
    apply() {
      mutated.disable(refusal);
      return () => mutated.disable(undefined);
    },
  }));

/** If `instead` returns undefined, the handler runs. */
function replaceHandler(method: string, instead: () => unknown): () => void {
  const map = mutated.modules.handlers as Map<string, Handler>;
  const handler = map.get(method)!;
  const runInstead: Handler["run"] = (...args) =>
    (instead() as ReturnType<Handler["run"]> | undefined) ?? handler.run(...args);
  map.set(method, { ...handler, run: runInstead });
  return () => void map.set(method, handler);
}

/** Replaces one handler by a success with an empty body and no effects. */
const behaviours = (): (Mutation & { readonly method: string })[] =>
  [...mutated.modules.handlers.keys()].map((method) => ({
    method,
    name: `${method} has a reply and effects`,
    rows: table.filter((entry) => methodsOf.get(entry)?.has(method)),
    apply: () => replaceHandler(method, () => ({ status: 200, body: {}, effects: [] })),
  }));

type Fields = Record<string, { readonly fields?: Fields }>;

/** Disables one rule of a field in the method table. */
const fieldRules = (): Mutation[] =>
  fields.flatMap(({ method, model, name, path, field }) => {
    const mutations: readonly (readonly [text: string, exists: boolean, change: object])[] = [
      ["is required", field.mustBeSupplied === true, { mustBeSupplied: false }],
      ["is required on a condition", field.requiredWhen !== undefined, { requiredWhen: undefined }],
      ["has an effect on a condition", field.condition !== undefined, { condition: undefined }],
      ["has an upper limit", field.type !== "bool", { max: Infinity }],
      ["has a lower limit", field.type === "int", { min: -Infinity }],
    ];
    const original = mutated.modules.allMethods.find((one) => one.name === method.name)!;
    const target = original as unknown as { fields: Fields };
    const changed = (all: Fields, field: string, change: object): Fields => ({
      ...all,
      [field]: { ...all[field], ...change },
    });
    return mutations
      .filter(([, exists]) => exists)
      .map(([text, , change]) => ({
        name: `${method.name}: ${path} ${text}`,
        rows: table.filter(({ row }) => row.method === method.name && row.field === path),
        apply() {
          const before = target.fields;
          target.fields =
            model === undefined
              ? changed(before, name, change)
              : changed(before, model, { fields: changed(before[model]!.fields!, name, change) });
          return () => void (target.fields = before);
        },
      }));
  });

test("the table fails for every disabled rule", { timeout: 120_000 }, async () => {
  const list: [name: string, failing: string[]][] = [];
  for (const { name, rows, apply } of [...refusals(), ...behaviours(), ...fieldRules()]) {
    const undo = apply();
    const failing: string[] = [];
    for (const entry of rows) if (await fails(entry)) failing.push(titleOf(entry));
    undo();
    list.push([name, failing]);
  }
  // `npm run rule-mutations` prints it.
  mkdirSync(inRepo("artifacts"), { recursive: true });
  const lines = list.flatMap(([name, failing]) => [
    name,
    ...failing.map((row) => `  - ${row}`),
    "",
  ]);
  writeFileSync(inRepo("artifacts/rules.txt"), lines.join("\n"));
  expect(list.filter(([, failing]) => failing.length === 0).map(([name]) => name)).toEqual([]);
  expect(list.length).toBeGreaterThan(200);
});
