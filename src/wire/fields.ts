/** A condition of the form `{field} == value`. */
export type FieldCondition = readonly [field: string, value: boolean];

interface FieldRules {
  /** Required, without a default on the server. */
  readonly mustBeSupplied?: true;
  /**
   * The GS2 reference marks it as required while this condition holds. All such fields have a
   * default there, so they may be left out; only the emulator's setting
   * `strictRequiredConditions` reads the mark.
   */
  readonly requiredWhen?: FieldCondition;
  /** The field has an effect only while this condition holds. */
  readonly condition?: FieldCondition;
  /** The server's value for an absent field. */
  readonly default?: string | number | boolean;
}

/**
 * `max` counts UTF-16 code units; the GS2 reference does not say what it counts. `lenient`: the
 * client does not check the limit, the server does.
 */
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

/**
 * One field rule for each property of `T`; `mustBeSupplied` exactly where the property is not
 * optional.
 */
export type Fields<T> = {
  readonly [K in keyof T]-?: FieldOf<NonNullable<T[K]>> &
    (undefined extends T[K]
      ? { readonly mustBeSupplied?: never }
      : { readonly mustBeSupplied: true });
};

/**
 * Whether a condition holds: the field it names counts by its default where it is absent, and where
 * it is given against a condition of its own.
 */
export function holds(
  fields: Readonly<Record<string, Field>>,
  values: Readonly<Record<string, unknown>>,
  [name, expected]: FieldCondition,
): boolean {
  const { condition, default: otherwise } = fields[name] ?? {};
  const ignored = condition && !holds(fields, values, condition);
  return ((ignored ? null : values[name]) ?? otherwise) === expected;
}
