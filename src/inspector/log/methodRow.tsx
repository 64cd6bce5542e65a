import { allMethods } from "../../wire/allMethods.js";
import type { Field, FieldCondition } from "../../wire/fields.js";
import type { AnyMethod } from "../../wire/methods.js";
import { texts } from "../language.js";

const describeCondition = ([name, value]: FieldCondition): string => `${name} = ${value}`;

function describeRules(field: Field): string {
  const t = texts.value;
  const rules: string[] = [];
  if (field.mustBeSupplied) rules.push(t.required);
  if (field.requiredWhen) rules.push(t.requiredWhen(describeCondition(field.requiredWhen)));
  if (field.condition) rules.push(t.onlyWhen(describeCondition(field.condition)));
  if (field.type === "string") rules.push(t.upTo(field.max));
  if (field.type === "int") rules.push(t.fromTo(field.min, field.max));
  if (field.default !== undefined) rules.push(t.byDefault(String(field.default)));
  return rules.join(" · ");
}

/** The fields of a model follow it, prefixed with its name. */
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

/** The method of a call or a reply; `values` are those of a call. */
export function MethodRow({
  method,
  values,
}: {
  method: string;
  values: Readonly<Record<string, unknown>> | undefined;
}) {
  const t = texts.value;
  const [service, component, name] = method.split(".");
  const row =
    service === "gateway"
      ? allMethods.find((one) => one.name === name && one.component === component)
      : undefined;
  if (!row) {
    return (
      <p class="note">{method === "identifier.projectToken.login" ? t.login : t.unknownMethod}</p>
    );
  }
  const fields = flat(row.fields);
  return (
    <section class="table-row" aria-labelledby="method-row">
      <h3 id="method-row">
        {t.methodRow} <code>{row.name}</code>
      </h3>
      <dl class="properties">
        <div>
          <dt>{t.restPath}</dt>
          <dd>
            <code>
              {row.verb} /gateway{row.path}
            </code>
          </dd>
        </div>
        <div>
          <dt>{t.socketFunction}</dt>
          <dd>
            <code>{method}</code>
          </dd>
        </div>
        <div>
          <dt>{t.whoMayCall}</dt>
          <dd>{t.audiences[row.audience]}</dd>
        </div>
        <div>
          <dt>{t.repeat}</dt>
          <dd>{t.repeats[row.repeat]}</dd>
        </div>
      </dl>
      {fields.length === 0 ? (
        <p class="note">{t.noFields}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.field}</th>
              <th scope="col">{t.rules}</th>
              {values && <th scope="col">{t.value}</th>}
            </tr>
          </thead>
          <tbody>
            {fields.map(([path, field]) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code> <small>{field.type}</small>
                </th>
                <td>{describeRules(field)}</td>
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
