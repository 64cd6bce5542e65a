import { useId, useState } from "preact/hooks";
import { faults, refreshFaults, tell } from "../app.js";
import type { EmulatorFault, EmulatorFaultReport } from "../../emulator/index.js";
import { control, Refusal } from "../control.js";
import { texts } from "../language.js";
import { SelectField, TextField } from "../parts/field.js";
import { act } from "./action.js";
import { choicesOf, faultOf, namedIn, stillInForce } from "./faultForm.js";

const inForce = (): readonly EmulatorFaultReport[] => faults.value?.faults ?? [];

/** Sets the faults anew, with those that are in force and this one, or without all of this name. */
const replace = (name: string, added: readonly EmulatorFault[]): Promise<unknown> =>
  control.setFaults([...stillInForce(inForce()).filter(({ fault }) => fault !== name), ...added]);

interface Kind {
  readonly name: string;
  readonly says: string;
  readonly takes: Readonly<Record<string, string>>;
}

/** One switch, with what it takes. */
function FaultSwitch({ kind: { name, says, takes } }: { kind: Kind }) {
  const say = texts.value;
  const id = useId();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<{ field: string | undefined; why: string }>();
  const reports = inForce().filter(({ fault }) => fault === name);
  const isOn = reports.some(({ exhausted }) => !exhausted);
  const struck = reports.reduce((sum, report) => sum + report.hits, 0);

  const set = async (wanted: boolean) => {
    setWrong(undefined);
    try {
      await replace(name, wanted ? [faultOf(name, takes, typed)] : []);
    } catch (error) {
      const why = error instanceof Refusal ? error.message : say.emulatorGone;
      const field = namedIn(why, takes);
      setWrong({ field, why });
      tell(say.actionFailed, true);
      const faulty = document.getElementById(`${id}-parameters`);
      if (faulty instanceof HTMLDetailsElement) faulty.open = true;
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
          aria-describedby={`${id}-says`}
          onClick={() => void set(!isOn)}
        />
        <p>
          <strong id={`${id}-name`}>{name}</strong>
          <span id={`${id}-says`}>{say.faultWords[name] ?? says}</span>
        </p>
        {reports.length > 0 && (
          <span class="tag">
            {say.struck(struck)}
            {!isOn && ` · ${say.spent}`}
          </span>
        )}
      </div>
      {wrong && (
        <p class="fault" role="alert" lang="en">
          {wrong.why}
        </p>
      )}
      <details id={`${id}-parameters`}>
        <summary>{say.parameters}</summary>
        <form
          noValidate
          aria-labelledby={`${id}-name`}
          onSubmit={(event) => {
            event.preventDefault();
            void set(true);
          }}
        >
          {Object.entries(takes).map(([field, words]) => (
            <Parameter
              key={field}
              field={field}
              takes={words}
              value={typed[field] ?? ""}
              fault={wrong?.field === field ? wrong.why : undefined}
              onChange={(value) => setTyped({ ...typed, [field]: value })}
            />
          ))}
          <button type="submit">{say.apply}</button>
        </form>
      </details>
    </li>
  );
}

function Parameter(props: {
  field: string;
  takes: string;
  value: string;
  fault: string | undefined;
  onChange: (value: string) => void;
}) {
  const { field, takes, value, fault, onChange } = props;
  const choices = choicesOf(takes);
  if (!choices) {
    return (
      <TextField
        name={field}
        label={field}
        hint={takes}
        value={value}
        fault={fault}
        onInput={onChange}
      />
    );
  }
  return (
    <SelectField name={field} label={field} value={value} fault={fault} onChange={onChange}>
      {choices.map((one, index) => (
        <option key={one} value={index === 0 ? "" : one}>
          {one}
        </option>
      ))}
    </SelectField>
  );
}

/** Everything that can go wrong, one switch each, from the emulator's own list. */
export function FaultsView() {
  const say = texts.value;
  const known = Object.entries(faults.value?.known ?? {});
  const active = inForce().filter(({ exhausted: spent }) => !spent).length;
  return (
    <>
      <h2>{say.faultsTitle}</h2>
      <p class="hint">{say.faultsHint}</p>
      <p class="actions">
        <button
          type="button"
          id="lift-faults"
          disabled={inForce().length === 0}
          onClick={() => void act(() => control.setFaults([]), refreshFaults)}
        >
          {say.faultsOff}
        </button>
        <span role="status">{active === 0 ? say.noFaults : say.inForce(active)}</span>
      </p>
      <ul class="cards">
        {known.map(([name, { description, parameters }]) => (
          <FaultSwitch key={name} kind={{ name, says: description, takes: parameters }} />
        ))}
      </ul>
    </>
  );
}
