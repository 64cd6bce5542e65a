/** A rule of the form `{field} == value`. */
export type FieldCondition = readonly [field: string, value: boolean];

interface FieldRules {
  /** The caller has to give it: required, and no default on the server. */
  readonly mustBeSupplied?: true;
  /** Required while this holds. */
  readonly requiredWhen?: FieldCondition;
  /** Has an effect only while this holds. */
  readonly condition?: FieldCondition;
  /** What the server takes when it is left out. */
  readonly default?: string | number | boolean;
}

/** `max` counts characters (UTF-16 code units; GS2 does not say what it counts). `lenient`: the limit is the server's to enforce. */
interface StringField extends FieldRules {
  readonly type: "string";
  readonly max: number;
  readonly lenient?: true;
}

interface IntField extends FieldRules {
  readonly type: "int";
  readonly min: number;
  readonly max: number;
}

interface BoolField extends FieldRules {
  readonly type: "bool";
}

interface ModelField extends FieldRules {
  readonly type: "model";
  readonly fields: Readonly<Record<string, Field>>;
}

export type Field = StringField | IntField | BoolField | ModelField;

type FieldOf<T> = T extends string
  ? StringField
  : T extends number
    ? IntField
    : T extends boolean
      ? BoolField
      : ModelField;

/** One field rule for each property of `T`; `mustBeSupplied` exactly where the property is not optional. */
export type Fields<T> = {
  readonly [K in keyof T]-?: FieldOf<NonNullable<T[K]>> &
    (undefined extends T[K]
      ? { readonly mustBeSupplied?: never }
      : { readonly mustBeSupplied: true });
};
