// The reply to a valid call of each method has the fields of the GS2 reference, and no others.
import { afterAll, describe, expect, test } from "vitest";
import { startEmulator, type Emulator } from "../../../../src/emulator/index.js";
import { allMethods } from "../../../../src/wire/allMethods.js";
import { models, results } from "../../../golden/golden.js";
import { RawSocket, type Json } from "../rawSocket.js";
import { createContext, namespaceName, transports } from "./backend.js";
import { validCallOf } from "./validCalls.js";

let started: Promise<Emulator> | undefined;
afterAll(async () => (await started)?.stop());

async function openBackend() {
  started ??= startEmulator({ namespaces: [namespaceName] });
  const emulator = await started;
  await emulator.reset();
  const openSocket = () => RawSocket.open(emulator.endpoints.webSocket);
  return { emulator, send: fetch, openSocket };
}

const isModel = (type: string): type is keyof typeof models => type in models;

/** What is wrong with a value, by the path of a field. */
function problems(value: unknown, type: string, path: string): string[] {
  const [, inside] = /^List<(.*)>$/.exec(type) ?? [];
  if (inside !== undefined) {
    return Array.isArray(value)
      ? value.flatMap((item, index) => problems(item, inside, `${path}[${index}]`))
      : [`${path} is no list`];
  }
  if (isModel(type)) return problemsOfFields(value as Json, models[type], path);
  const expected = type === "string" ? "string" : "number";
  return typeof value === expected ? [] : [`${path} is no ${expected}`];
}

type FieldFacts = Readonly<Record<string, { readonly type: string; readonly optional?: true }>>;

function problemsOfFields(value: Json, fields: FieldFacts, path: string): string[] {
  const unknown = Object.keys(value).filter((name) => !(name in fields));
  return [
    ...unknown.map((name) => `${path}.${name} is unknown`),
    ...Object.entries(fields).flatMap(([name, { type, optional }]) =>
      optional && (value[name] ?? null) === null
        ? []
        : problems(value[name], type, `${path}.${name}`),
    ),
  ];
}

/** The reference does not say which fields may be null: these are on a last page. */
const MAY_BE_NULL = ["nextPageToken"];

test("the facts are about all methods, and name models that there are", () => {
  expect(Object.keys(results).sort()).toEqual(allMethods.map(({ name }) => name).sort());
  const types = Object.values(results).flatMap((fields) => Object.values(fields));
  for (const type of types) {
    expect(["string", ...Object.keys(models)]).toContain(type.replace(/^List<(.*)>$/, "$1"));
  }
});

describe.each(transports)("over %s", (transport) => {
  test.each(allMethods)("the result of $name has exactly its fields", async (method) => {
    const context = await createContext(await openBackend(), transport);
    const { params, prepare } = validCallOf(method);
    await prepare?.(context);
    const { status, body } = await context.call(method, params(context));
    const facts = Object.entries(results[method.name]!).map(([name, type]) => [
      name,
      { type, ...(MAY_BE_NULL.includes(name) && { optional: true }) },
    ]);
    expect(status).toBe(200);
    expect(problemsOfFields(body, Object.fromEntries(facts) as FieldFacts, method.name)).toEqual(
      [],
    );
  });
});
