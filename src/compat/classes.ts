import type { AnyMethod } from "../wire/methods.js";
import * as rows from "../wire/methods.js";

export type Rows = typeof rows;
/** Name of a method of the table. */
export type MethodName = keyof Rows;
export type TypesOf<Name extends MethodName> = NonNullable<Rows[Name]["types"]>;

/** What a class can be told as, and made from: the fields by their names. */
export type Dict = Record<string, unknown>;

/** Told as a plain object. */
export interface DictSerializable {
  /** The fields by their names; what is not set is null. */
  toDict(): Dict;
}

/** A field that is kept as it came. */
export const asIs: unique symbol = Symbol("plain");

export type ClassOf<Item> = new () => Item;
/** How a field is kept: as it came, as a model, or as a list of models. */
export type Kind = typeof asIs | ClassOf<DictSerializable> | readonly [ClassOf<DictSerializable>];
export type Kinds<Wire> = { readonly [Field in keyof Wire]-?: Kind };
export type Kept<Wire, As> =
  As extends ClassOf<infer Item>
    ? Item
    : As extends readonly [ClassOf<infer Item>]
      ? Item[]
      : NonNullable<Wire>;
export type FieldValues<Wire, As> = {
  [Field in keyof Wire]-?: Kept<Wire[Field], Field extends keyof As ? As[Field] : unknown>;
};

/** `getX`, `setX` and `withX` of each field; the latter two answer the object itself. */
export type Accessors<Fields> = {
  readonly [Field in keyof Fields & string as `get${Capitalize<Field>}`]: () =>
    Fields[Field] | null;
} & {
  readonly [Field in keyof Fields & string as `${"set" | "with"}${Capitalize<Field>}`]: <Itself>(
    this: Itself,
    value: Fields[Field] | null,
  ) => Itself;
};

/** Tells the classes of two methods apart where their fields are the same. In the types alone. */
declare const methodOf: unique symbol;
export interface ForMethod<Name> {
  readonly [methodOf]?: Name;
}

export interface Statics {
  /** Made from the fields by their names; what is not there is null, a list that is not there is empty. */
  fromDict<Itself>(this: ClassOf<Itself>, data: object): Itself;
}
export interface ModelStatics {
  /** Made from the fields by their names; null and undefined give null. */
  fromDict<Itself>(this: ClassOf<Itself>, data: object | null | undefined): Itself | null;
}

export type Parts<Grn> = Grn extends `${string}{${infer Part}}${infer Rest}`
  ? [Part, ...Parts<Rest>]
  : [];
export type Each<List extends unknown[], Item> = { [Nth in keyof List]: Item };
/** `getX` of each part of a GRN, null where the text is no such GRN. */
export type GrnStatics<Grn> = {
  readonly [Part in Parts<Grn>[number] as `get${Capitalize<Part>}`]: (grn: string) => string | null;
} & {
  isValid(grn: string): boolean;
  /** The parts in their order; one that is null is left empty. */
  createGrn(...parts: Each<Parts<Grn>, string | null>): string;
};

/** Values every request may carry beside its fields; `toDict` and `fromDict` leave them out. */
export interface Beside {
  /** Sent as a header over REST; the socket has its own. */
  requestId: string;
  contextStack: string;
  /** The server is to check the call and to do nothing. */
  dryRun: boolean;
}
export const COMMON_FIELDS = ["requestId", "contextStack", "dryRun"] as const;
export type Avoider<Name extends MethodName> = Rows[Name] extends {
  readonly takesDuplicationAvoider: true;
}
  ? { duplicationAvoider: string }
  : unknown;

export type RequestValues<Name extends MethodName, Models> = FieldValues<TypesOf<Name>[0], Models> &
  Beside &
  Avoider<Name>;
export type RequestClass<Name extends MethodName, Models> = ClassOf<
  Accessors<RequestValues<Name, Models>> & DictSerializable & ForMethod<Name>
> &
  Statics;
export type ResultClass<Name extends MethodName, As> = ClassOf<
  Accessors<FieldValues<TypesOf<Name>[1], As>> & DictSerializable
> &
  Statics;
export type ModelClass<Wire, As, Grn> = ClassOf<
  Accessors<FieldValues<Wire, As>> & DictSerializable
> &
  ModelStatics &
  ([Grn] extends [string] ? GrnStatics<Grn> : unknown);

export const capitalized = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

/** Not enumerable, as the methods of a class are. */
const define = (owner: object, name: string, value: unknown): void =>
  void Object.defineProperty(owner, name, { value, writable: true, configurable: true });

/** What a field is as part of a plain object. */
export const dictOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(dictOf)
    : typeof (value as Partial<DictSerializable> | null | undefined)?.toDict === "function"
      ? (value as DictSerializable).toDict()
      : (value ?? null);

function kept(kind: Kind, value: unknown): unknown {
  if (kind === asIs) return value ?? null;
  if (typeof kind === "function") {
    return (kind as unknown as ModelStatics).fromDict.call(kind, value as Dict);
  }
  return ((value ?? []) as unknown[]).map((item) => kept(kind[0], item));
}

/**
 * The one builder. The values are own properties by the names of the fields, so that they are seen when an object is printed, compared or
 * written as JSON.
 *
 * @param beside further properties with `get`, `set` and `with`
 * @param nothing what `fromDict` makes of null
 */
function build(
  kinds: Readonly<Record<string, Kind>>,
  beside: readonly string[],
  nothing: null | undefined,
): ClassOf<DictSerializable> {
  const fields = Object.keys(kinds);
  class Built {
    constructor() {
      for (const field of [...fields, ...beside]) (this as Dict)[field] = null;
    }

    static fromDict(this: ClassOf<Dict>, data: Dict | null | undefined): Dict | null {
      if (data == null && nothing === null) return nothing;
      const made = new this();
      for (const field of fields) made[field] = kept(kinds[field]!, data?.[field]);
      return made;
    }

    toDict(): Dict {
      return Object.fromEntries(fields.map((field) => [field, dictOf((this as Dict)[field])]));
    }
  }
  for (const field of [...fields, ...beside]) {
    const suffix = capitalized(field);
    define(Built.prototype, `get${suffix}`, function (this: Dict) {
      return this[field];
    });
    for (const prefix of ["set", "with"]) {
      define(Built.prototype, prefix + suffix, function (this: Dict, value: unknown) {
        this[field] = value ?? null;
        return this;
      });
    }
  }
  return Built;
}

function grnStatics(grn: string): [name: string, method: unknown][] {
  const part = /\{(\w+)\}/g;
  const names = [...grn.matchAll(part)].map(([, name]) => name!);
  const whole = new RegExp(`^${grn.replace(part, "([^:]+)")}$`);
  const nth = (text: string, index: number): string | null => whole.exec(text)?.[index + 1] ?? null;
  return [
    ...names.map((name, index): [string, unknown] => [
      `get${capitalized(name)}`,
      (text: string) => nth(text, index),
    ]),
    ["isValid", (text: string) => whole.test(text)],
    [
      "createGrn",
      (...values: (string | null)[]) => {
        const rest = [...values];
        return grn.replace(part, () => rest.shift() ?? "");
      },
    ],
  ];
}

/** Fields of the table, all kept as they came. */
export const allPlain = <Wire extends object>(fields: Wire) =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, asIs])) as {
    readonly [Field in keyof Wire]: typeof asIs;
  };

/**
 * The class of a model of the reference.
 *
 * @param grn form of its ID, with its parts in braces
 */
export const modelClass =
  <Wire>() =>
  <const As extends Kinds<Wire>, const Grn extends string | undefined = undefined>(
    kinds: As,
    grn?: Grn,
  ): ModelClass<Wire, As, Grn> => {
    const built = build(kinds, [], null);
    for (const [name, method] of grn ? grnStatics(grn) : []) define(built, name, method);
    return built as never;
  };

/**
 * The request class of a method.
 *
 * @param models the classes of those fields that are models
 */
export function requestClass<
  Name extends MethodName,
  const Models extends Readonly<Record<string, ClassOf<DictSerializable>>> = Record<never, never>,
>(name: Name, models?: Models): RequestClass<Name, Models> {
  const { fields, takesDuplicationAvoider }: AnyMethod = rows[name];
  return build(
    { ...allPlain(fields), ...models },
    takesDuplicationAvoider ? [...COMMON_FIELDS, "duplicationAvoider"] : COMMON_FIELDS,
    undefined,
  ) as never;
}

/**
 * The result class of a method.
 *
 * @param kinds how each field of the result is kept
 */
export const resultClass = <Name extends MethodName, const As extends Kinds<TypesOf<Name>[1]>>(
  _name: Name,
  kinds: As,
): ResultClass<Name, As> => build(kinds, [], undefined) as never;
