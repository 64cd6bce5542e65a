import { useRef } from "preact/hooks";
import { sockets, state } from "../app.js";
import { texts, timeOfDay } from "../language.js";
import { describeFieldError, SelectField, TextField } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { keysByService, limits, payloadOf, payloadText } from "./form.js";
import {
  change,
  chooseKey,
  draft,
  edit,
  fieldErrors,
  isDelivered,
  describeOutcome,
  sendAndToast,
  sendDraft,
  sent,
  type Sent,
} from "./sending.js";

const CUSTOM = "";

function errorAt(name: string, label: string): string | undefined {
  const found = fieldErrors.value[name];
  return found && describeFieldError(label, found);
}

function PayloadFields() {
  const t = texts.value;
  const { key, fields } = draft.value;
  return (
    <fieldset class="payload">
      <legend>{t.payload}</legend>
      {Object.entries(payloadOf(key) ?? {}).map(([name, type]) => (
        <TextField
          key={name}
          name={`payload.${name}`}
          label={name}
          note={t.types[type]}
          inputMode={type === "string" ? "text" : type === "float" ? "decimal" : "numeric"}
          value={fields[name] ?? ""}
          error={errorAt(`payload.${name}`, name)}
          onInput={(value) => change({ fields: { ...draft.value.fields, [name]: value } })}
        />
      ))}
      <p class="hint">{t.leftOut}</p>
      {fieldErrors.value["payload"] && (
        <p class="field-error">{describeFieldError(t.payload, fieldErrors.value["payload"])}</p>
      )}
    </fieldset>
  );
}

function CustomFields() {
  const t = texts.value;
  const { issuer, subject, payload } = draft.value;
  return (
    <>
      <TextField
        name="subject"
        label={t.subject}
        value={subject}
        error={errorAt("subject", t.subject)}
        onInput={(value) => change({ subject: value })}
      />
      <TextField
        name="issuer"
        label={t.issuer}
        hint={t.issuerHint}
        placeholder="Gs2Gateway:SendNotification"
        value={issuer}
        error={errorAt("issuer", t.issuer)}
        onInput={(value) => change({ issuer: value })}
      />
      <TextField
        name="payload"
        label={t.payload}
        hint={t.payloadHint}
        rows={4}
        isCode
        value={payload}
        error={errorAt("payload", t.payload)}
        onInput={(value) => change({ payload: value })}
      />
    </>
  );
}

function RecipientFields() {
  const t = texts.value;
  const { userId, namespaceName } = draft.value;
  const players = new Set(
    sockets.value.flatMap(({ sessions }) => sessions.map((one) => one.userId)),
  );
  const namespaces = state.value.namespaces.map(({ name }) => name);
  return (
    <div class="pair">
      <TextField
        name="userId"
        label={t.toWhom}
        list={[...players]}
        value={userId}
        error={errorAt("userId", t.toWhom)}
        onInput={(value) => change({ userId: value })}
      />
      <SelectField
        name="namespaceName"
        label={t.where}
        value={namespaceName}
        onChange={(value) => change({ namespaceName: value })}
      >
        <option value="">{t.anyNamespace}</option>
        {namespaceName !== "" && !namespaces.includes(namespaceName) && (
          <option value={namespaceName}>{namespaceName}</option>
        )}
        {namespaces.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

function KeyField() {
  const t = texts.value;
  return (
    <SelectField name="key" label={t.what} value={draft.value.key} onChange={chooseKey}>
      <optgroup label={t.customGroup}>
        <option value={CUSTOM}>{t.custom}</option>
      </optgroup>
      {Object.entries(keysByService).map(([service, keys]) => (
        <optgroup key={service} label={service}>
          {keys.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </optgroup>
      ))}
    </SelectField>
  );
}

function DeviceFields() {
  const t = texts.value;
  const { transfer, sound } = draft.value;
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          name="transfer"
          checked={transfer}
          onChange={(event) => change({ transfer: event.currentTarget.checked })}
        />
        <span>{t.toDevice}</span>
      </label>
      {transfer && (
        <TextField
          name="sound"
          label={t.sound}
          value={sound}
          error={errorAt("sound", t.sound)}
          onInput={(value) => change({ sound: value })}
        />
      )}
    </>
  );
}

export function SendView() {
  const t = texts.value;
  const form = useRef<HTMLFormElement>(null);
  const used = payloadText(draft.value).length;
  return (
    <>
      <form
        ref={form}
        noValidate
        aria-label={t.sendTitle}
        onSubmit={(event) => {
          event.preventDefault();
          const invalid = sendDraft();
          if (invalid === undefined) return;
          requestAnimationFrame(() =>
            form.current?.querySelector<HTMLElement>(`[name="${invalid}"]`)?.focus(),
          );
        }}
      >
        <RecipientFields />
        <KeyField />
        {draft.value.key === CUSTOM ? <CustomFields /> : <PayloadFields />}
        <DeviceFields />
        <div class="submit">
          <button type="submit" class="strong" id="send">
            <Icon name="send" /> {t.send}
          </button>
          <span class={used > limits.payload ? "used over" : "used"}>
            {t.used(used, limits.payload)}
          </span>
        </div>
      </form>
      <section aria-labelledby="sent-title">
        <h2 id="sent-title">{t.sent}</h2>
        {sent.value.length === 0 && <p class="hint">{t.noneSent}</p>}
        <ol class="cards" id="sent">
          {sent.value.map((one) => (
            <SentCard key={one.id} one={one} />
          ))}
        </ol>
      </section>
    </>
  );
}

function SentCard({ one }: { one: Sent }) {
  const t = texts.value;
  const { notification, outcome, at } = one;
  const { userId, namespaceName = "", key = "", issuer = key, subject = key } = notification;
  const { text, why, lang } = describeOutcome(outcome);
  const payload = String(notification.payload);
  const kind = outcome.kind === "sending" ? "" : isDelivered(outcome) ? "good" : "bad";
  return (
    <li class={`card ${kind}`}>
      <p class="card-title">
        <strong>{subject || issuer}</strong>
        <span>{userId}</span>
        <time>{timeOfDay(at)}</time>
      </p>
      <p class="outcome">{text}</p>
      {why !== undefined && (
        <p class="why" lang={lang}>
          {why}
        </p>
      )}
      <p class="actions">
        <button type="button" onClick={() => void sendAndToast(notification)}>
          {t.resend}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => edit({ userId, namespaceName, issuer, subject, payload })}
        >
          {t.edit}
        </button>
      </p>
    </li>
  );
}
