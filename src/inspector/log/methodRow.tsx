import { allMethods } from "../../wire/allMethods.js";
import type { Field, FieldCondition } from "../../wire/fields.js";
import type { AnyMethod } from "../../wire/methods.js";
import { texts } from "../language.js";

const sayWhen = ([name, value]: FieldCondition): string => `${name} = ${value}`;

function sayRules(field: Field): string {
  const say = texts.value;
  const rules: string[] = [];
  if (field.mustBeSupplied) rules.push(say.required);
  if (field.requiredWhen) rules.push(say.requiredWhen(sayWhen(field.requiredWhen)));
  if (field.condition) rules.push(say.onlyWhen(sayWhen(field.condition)));
  if (field.type === "string") rules.push(say.upTo(field.max));
  if (field.type === "int") rules.push(say.fromTo(field.min, field.max));
  if (field.default !== undefined) rules.push(say.byDefault(String(field.default)));
  return rules.join(" · ");
}

/** The fields of a model stand below it, with its name before theirs. */
function flat(fields: AnyMethod["fields"], before = ""): [string, Field][] {
  return Object.entries(fields).flatMap(([name, field]): [string, Field][] => [
    [before + name, field],
    ...(field.type === "model" ? flat(field.fields, `${before}${name}.`) : []),
  ]);
}

const shown = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

const valueAt = (values: Readonly<Record<string, unknown>>, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      values,
    );

/** The row of the table a call or an answer belongs to; `values` are those of a call. */
export function MethodRow({
  method,
  values,
}: {
  method: string;
  values: Readonly<Record<string, unknown>> | undefined;
}) {
  const say = texts.value;
  const [service, component, name] = method.split(".");
  const row =
    service === "gateway"
      ? allMethods.find((one) => one.name === name && one.component === component)
      : undefined;
  if (!row) {
    return (
      <p class="note">
        {method === "identifier.projectToken.login" ? say.login : say.unknownMethod}
      </p>
    );
  }
  const fields = flat(row.fields);
  return (
    <section class="table-row" aria-labelledby="method-row">
      <h3 id="method-row">
        {say.methodRow} <code>{row.name}</code>
      </h3>
      <dl class="facts">
        <div>
          <dt>{say.restPath}</dt>
          <dd>
            <code>
              {row.verb} /gateway{row.path}
            </code>
          </dd>
        </div>
        <div>
          <dt>{say.socketFunction}</dt>
          <dd>
            <code>{method}</code>
          </dd>
        </div>
        <div>
          <dt>{say.whoMayCall}</dt>
          <dd>{say.audiences[row.audience]}</dd>
        </div>
        <div>
          <dt>{say.repeat}</dt>
          <dd>{say.repeats[row.repeat]}</dd>
        </div>
      </dl>
      {fields.length === 0 ? (
        <p class="note">{say.noFields}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{say.field}</th>
              <th scope="col">{say.rules}</th>
              {values && <th scope="col">{say.value}</th>}
            </tr>
          </thead>
          <tbody>
            {fields.map(([path, field]) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code> <small>{field.type}</small>
                </th>
                <td>{sayRules(field)}</td>
                {values && (
                  <td>
                    <code>{shown(valueAt(values, path))}</code>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
