import { useId, useState } from "preact/hooks";
import { faults, refreshFaults, toast } from "../app.js";
import type { FaultParameter, KnownFaults } from "../../emulator/faults/parse.js";
import type { EmulatorFaultReport } from "../../emulator/index.js";
import { api, Refusal } from "../api.js";
import { texts } from "../language.js";
import { SelectField, TextField } from "../parts/field.js";
import { act } from "./action.js";
import { faultOf, refusedParameter, stillActive } from "./faultForm.js";

const reported = (): readonly EmulatorFaultReport[] => faults.value?.faults ?? [];

const othersThan = (name: string) => stillActive(reported()).filter(({ fault }) => fault !== name);

type Known = KnownFaults[string] & { readonly name: string };

/** What the form begins with: the examples of the parameters that must be given. */
const examplesOf = (parameters: Known["parameters"]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(parameters).flatMap(([field, { example }]) =>
      example === undefined ? [] : [[field, shownDefault(example)]],
    ),
  );

/** A switch for one fault, with a form for its parameters. */
function FaultSwitch({ known: { name, description, parameters } }: { known: Known }) {
  const t = texts.value;
  const id = useId();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(examplesOf(parameters));
  const [refused, setRefused] = useState<{ parameter: string | undefined; message: string }>();
  const reports = reported().filter(({ fault }) => fault === name);
  const isOn = reports.some(({ exhausted }) => !exhausted);
  const hits = reports.reduce((sum, report) => sum + report.hits, 0);

  const set = async (wanted: boolean) => {
    setRefused(undefined);
    const others = othersThan(name);
    try {
      await api.setFaults(wanted ? [...others, faultOf(name, parameters, typed)] : others);
    } catch (error) {
      const [message, errors] =
        error instanceof Refusal ? [error.message, error.errors] : [t.emulatorGone, []];
      setRefused({ parameter: refusedParameter(errors, others.length, parameters), message });
      toast(t.actionFailed, true);
      const details = document.getElementById(`${id}-parameters`);
      if (details instanceof HTMLDetailsElement) details.open = true;
    }
    refreshFaults();
  };

  return (
    <li class={isOn ? "card bad" : "card"} data-fault={name}>
      <div class="switch-line">
        <button
          type="button"
          role="switch"
          class="switch"
          aria-checked={isOn}
          aria-labelledby={`${id}-name`}
          aria-describedby={`${id}-description`}
          onClick={() => void set(!isOn)}
        />
        <p>
          <strong id={`${id}-name`}>{name}</strong>
          <span id={`${id}-description`}>{t.faultDescriptions[name] ?? description}</span>
        </p>
        {reports.length > 0 && (
          <span class="tag">
            {t.hits(hits)}
            {!isOn && ` · ${t.exhausted}`}
          </span>
        )}
      </div>
      {refused && (
        <p class="field-error" role="alert" lang="en">
          {refused.message}
        </p>
      )}
      <details id={`${id}-parameters`}>
        <summary>{t.parameters}</summary>
        <form
          noValidate
          aria-labelledby={`${id}-name`}
          onSubmit={(event) => {
            event.preventDefault();
            void set(true);
          }}
        >
          {Object.entries(parameters).map(([field, parameter]) => (
            <ParameterField
              key={field}
              field={field}
              parameter={parameter}
              value={typed[field] ?? ""}
              error={refused?.parameter === field ? refused.message : undefined}
              onChange={(value) => setTyped({ ...typed, [field]: value })}
            />
          ))}
          <button type="submit">{t.apply}</button>
        </form>
      </details>
    </li>
  );
}

const shownDefault = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

function ParameterField(props: {
  field: string;
  parameter: FaultParameter;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const { field, parameter, value, error, onChange } = props;
  const fallback = shownDefault(parameter.default);
  if (!parameter.choices) {
    return (
      <TextField
        name={field}
        label={field}
        hint={parameter.description}
        placeholder={fallback}
        value={value}
        error={error}
        onInput={onChange}
      />
    );
  }
  return (
    <SelectField name={field} label={field} value={value} error={error} onChange={onChange}>
      {parameter.choices.map((choice) => (
        <option key={choice} value={choice === parameter.default ? "" : choice}>
          {choice}
        </option>
      ))}
    </SelectField>
  );
}

/** A switch for each fault that the emulator knows. */
export function FaultsView() {
  const t = texts.value;
  const known = Object.entries(faults.value?.known ?? {});
  const active = reported().filter(({ exhausted }) => !exhausted).length;
  return (
    <>
      <h2>{t.faultsTitle}</h2>
      <p class="hint">{t.faultsHint}</p>
      <p class="actions">
        <button
          type="button"
          id="clear-faults"
          disabled={reported().length === 0}
          onClick={() => void act(() => api.setFaults([]), refreshFaults)}
        >
          {t.clearFaults}
        </button>
        <span role="status">{active === 0 ? t.noFaults : t.activeFaults(active)}</span>
      </p>
      <ul class="cards">
        {known.map(([name, one]) => (
          <FaultSwitch key={name} known={{ name, ...one }} />
        ))}
      </ul>
    </>
  );
}
