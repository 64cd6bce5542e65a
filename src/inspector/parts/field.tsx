import { useId } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Fault } from "../send/form.js";
import { texts } from "../language.js";

export function sayFault(label: string, fault: Fault): string {
  const say = texts.value.faults;
  return fault.why === "tooLong" ? say.tooLong(label, fault.max) : say[fault.why](label);
}

interface Common {
  readonly label: string;
  /** Small print beside the label. */
  readonly note?: string | undefined;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly name?: string | undefined;
}

interface TextFieldProps extends Common {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "number" | "search";
  readonly inputMode?: "decimal" | "numeric" | "text";
  /** Suggestions. */
  readonly list?: readonly string[];
  readonly rows?: number;
  readonly isCode?: boolean;
  readonly placeholder?: string;
}

function describedBy(id: string, { hint, fault }: Common): string | undefined {
  const ids = [fault === undefined ? "" : `${id}-fault`, hint === undefined ? "" : `${id}-hint`];
  return ids.filter(Boolean).join(" ") || undefined;
}

function Wrapping({
  id,
  label,
  note,
  hint,
  fault,
  children,
}: Common & { id: string; children: ComponentChildren }) {
  return (
    <div class={fault === undefined ? "field" : "field faulty"}>
      <label for={id}>
        <span>{label}</span>
        {note !== undefined && <small>{note}</small>}
      </label>
      {children}
      {fault !== undefined && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** An input with its name, its rule and what is wrong with it. */
export function TextField(props: TextFieldProps) {
  const id = useId();
  const { value, onInput, name, list, rows, isCode, inputMode, placeholder } = props;
  const common = {
    id,
    name,
    value,
    placeholder,
    class: isCode ? "code" : undefined,
    autocomplete: "off",
    spellcheck: false,
    "aria-invalid": props.fault !== undefined,
    "aria-describedby": describedBy(id, props),
  } as const;
  return (
    <Wrapping id={id} {...props}>
      {rows === undefined ? (
        <input
          {...common}
          inputMode={inputMode}
          list={list === undefined ? undefined : `${id}-list`}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      ) : (
        <textarea {...common} rows={rows} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </Wrapping>
  );
}

export function SelectField(
  props: Common & {
    readonly value: string;
    readonly onChange: (value: string) => void;
    readonly children: ComponentChildren;
  },
) {
  const id = useId();
  const { value, onChange, name, children } = props;
  return (
    <Wrapping id={id} {...props}>
      <select
        id={id}
        name={name}
        value={value}
        aria-describedby={describedBy(id, props)}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {children}
      </select>
    </Wrapping>
  );
}
