import { useId } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { FieldError } from "../send/form.js";
import { texts } from "../language.js";

export function describeFieldError(label: string, error: FieldError): string {
  const t = texts.value.fieldErrors;
  return error.problem === "tooLong" ? t.tooLong(label, error.max) : t[error.problem](label);
}

interface Common {
  readonly label: string;
  /** Small text beside the label. */
  readonly note?: string | undefined;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
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

function describedBy(id: string, { hint, error }: Common): string | undefined {
  const ids = [error === undefined ? "" : `${id}-error`, hint === undefined ? "" : `${id}-hint`];
  return ids.filter(Boolean).join(" ") || undefined;
}

function FieldFrame({
  id,
  label,
  note,
  hint,
  error,
  children,
}: Common & { id: string; children: ComponentChildren }) {
  return (
    <div class={error === undefined ? "field" : "field invalid"}>
      <label for={id}>
        <span>{label}</span>
        {note !== undefined && <small>{note}</small>}
      </label>
      {children}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {error}
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

/** An input with its label, hint and error. */
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
    "aria-invalid": props.error !== undefined,
    "aria-describedby": describedBy(id, props),
  } as const;
  return (
    <FieldFrame id={id} {...props}>
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
    </FieldFrame>
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
    <FieldFrame id={id} {...props}>
      <select
        id={id}
        name={name}
        value={value}
        aria-describedby={describedBy(id, props)}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {children}
      </select>
    </FieldFrame>
  );
}
