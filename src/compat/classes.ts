import type { AnyMethod } from "../wire/methods.js";
import * as methods from "../wire/methods.js";

export type Methods = typeof methods;
/** Name of a method of the table. */
export type MethodName = keyof Methods;
export type TypesOf<Name extends MethodName> = NonNullable<Methods[Name]["types"]>;

/** Fields by their names. */
export type Dict = Record<string, unknown>;

export interface DictSerializable {
  /** The fields as a plain object; unset fields are null. */
  toDict(): Dict;
}

/** The field is stored as it was received. */
export const asIs: unique symbol = Symbol("asIs");

export type ClassOf<Item> = new () => Item;
/** How a field is stored: as received, as a model, or as a list of models. */
export type Kind = typeof asIs | ClassOf<DictSerializable> | readonly [ClassOf<DictSerializable>];
export type Kinds<Wire> = { readonly [Field in keyof Wire]-?: Kind };
export type Stored<Wire, As> =
  As extends ClassOf<infer Item>
    ? Item
    : As extends readonly [ClassOf<infer Item>]
      ? Item[]
      : NonNullable<Wire>;
export type FieldValues<Wire, As> = {
  [Field in keyof Wire]-?: Stored<Wire[Field], Field extends keyof As ? As[Field] : unknown>;
};

/** `getX`, `setX` and `withX` of each field; the latter two return the object itself. */
export type Accessors<Fields> = {
  readonly [Field in keyof Fields & string as `get${Capitalize<Field>}`]: () =>
    Fields[Field] | null;
} & {
  readonly [Field in keyof Fields & string as `${"set" | "with"}${Capitalize<Field>}`]: <Itself>(
    this: Itself,
    value: Fields[Field] | null,
  ) => Itself;
};

/** Makes the types of two methods' classes differ where their fields are the same. Never set. */
declare const methodOf: unique symbol;
export interface ForMethod<Name> {
  readonly [methodOf]?: Name;
}

export interface Statics {
  /** Makes an object from a plain one. Missing fields are null, missing lists empty. */
  fromDict<Itself>(this: ClassOf<Itself>, data: object): Itself;
}
export interface ModelStatics {
  /** Makes an object from a plain one; null for null and undefined. */
  fromDict<Itself>(this: ClassOf<Itself>, data: object | null | undefined): Itself | null;
}

export type Parts<Grn> = Grn extends `${string}{${infer Part}}${infer Rest}`
  ? [Part, ...Parts<Rest>]
  : [];
export type Each<List extends unknown[], Item> = { [Nth in keyof List]: Item };
/** `getX` of each part of a GRN; null where the text is not such a GRN. */
export type GrnStatics<Grn> = {
  readonly [Part in Parts<Grn>[number] as `get${Capitalize<Part>}`]: (grn: string) => string | null;
} & {
  isValid(grn: string): boolean;
  /** Takes the parts in order; a null part is left empty. */
  createGrn(...parts: Each<Parts<Grn>, string | null>): string;
};

/** Values that every request accepts beside its fields; `toDict` and `fromDict` skip them. */
export interface CommonFields {
  /** Sent as a header over REST. On the socket, each frame has a request ID of the client. */
  requestId: string;
  contextStack: string;
  /** The server checks the call and does not execute it. */
  dryRun: boolean;
}
export const COMMON_FIELDS = ["requestId", "contextStack", "dryRun"] as const;
export type DuplicationAvoider<Name extends MethodName> = Methods[Name] extends {
  readonly takesDuplicationAvoider: true;
}
  ? { duplicationAvoider: string }
  : unknown;

export type RequestValues<Name extends MethodName, Models> = FieldValues<TypesOf<Name>[0], Models> &
  CommonFields &
  DuplicationAvoider<Name>;
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

/** The value of a field in a plain object. */
export const dictOf = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(dictOf)
    : typeof (value as Partial<DictSerializable> | null | undefined)?.toDict === "function"
      ? (value as DictSerializable).toDict()
      : (value ?? null);

function store(kind: Kind, value: unknown): unknown {
  if (kind === asIs) return value ?? null;
  if (typeof kind === "function") {
    return (kind as unknown as ModelStatics).fromDict.call(kind, value as Dict);
  }
  return ((value ?? []) as unknown[]).map((item) => store(kind[0], item));
}

/**
 * Builds a class. Field values are own properties, so that printing, comparing and JSON include
 * them.
 *
 * @param otherFields further properties with `get`, `set` and `with`
 * @param fromNull what `fromDict` returns for null; undefined: an object without values
 */
function build(
  kinds: Readonly<Record<string, Kind>>,
  otherFields: readonly string[],
  fromNull: null | undefined,
): ClassOf<DictSerializable> {
  const fields = Object.keys(kinds);
  class Built {
    constructor() {
      for (const field of [...fields, ...otherFields]) (this as Dict)[field] = null;
    }

    static fromDict(this: ClassOf<Dict>, data: Dict | null | undefined): Dict | null {
      if (data == null && fromNull === null) return fromNull;
      const made = new this();
      for (const field of fields) made[field] = store(kinds[field]!, data?.[field]);
      return made;
    }

    toDict(): Dict {
      // A list that is not set is an empty one.
      const valueOf = (field: string) =>
        (this as Dict)[field] ?? (Array.isArray(kinds[field]) ? [] : null);
      return Object.fromEntries(fields.map((field) => [field, dictOf(valueOf(field))]));
    }
  }
  for (const field of [...fields, ...otherFields]) {
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

/** Kinds for fields of the table that are all stored as received. */
export const allAsIs = <Wire extends object>(fields: Wire) =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, asIs])) as {
    readonly [Field in keyof Wire]: typeof asIs;
  };

/**
 * The class of a model of the GS2 reference.
 *
 * @param grn pattern of its ID, with the parts in braces
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
 * @param models the classes of the fields that are models
 */
export function requestClass<
  Name extends MethodName,
  const Models extends Readonly<Record<string, ClassOf<DictSerializable>>> = Record<never, never>,
>(name: Name, models?: Models): RequestClass<Name, Models> {
  const { fields, takesDuplicationAvoider }: AnyMethod = methods[name];
  return build(
    { ...allAsIs(fields), ...models },
    takesDuplicationAvoider ? [...COMMON_FIELDS, "duplicationAvoider"] : COMMON_FIELDS,
    undefined,
  ) as never;
}

/**
 * The result class of a method.
 *
 * @param kinds how each field of the result is stored
 */
export const resultClass = <Name extends MethodName, const As extends Kinds<TypesOf<Name>[1]>>(
  _name: Name,
  kinds: As,
): ResultClass<Name, As> => build(kinds, [], undefined) as never;
