import { useRef } from "preact/hooks";
import { sockets, world } from "../app.js";
import { texts, timeOfDay } from "../language.js";
import { sayFault, SelectField, TextField } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { keysByService, limits, payloadOf, payloadText } from "./form.js";
import {
  change,
  chooseKey,
  draft,
  edit,
  faults,
  isDelivered,
  sayOutcome,
  sendAndTell,
  sendDraft,
  sent,
  type Sent,
} from "./sending.js";

const CUSTOM = "";

function fault(name: string, label: string): string | undefined {
  const found = faults.value[name];
  return found && sayFault(label, found);
}

function PayloadFields() {
  const say = texts.value;
  const { key, fields } = draft.value;
  return (
    <fieldset class="payload">
      <legend>{say.payload}</legend>
      {Object.entries(payloadOf(key) ?? {}).map(([name, type]) => (
        <TextField
          key={name}
          name={`payload.${name}`}
          label={name}
          note={say.types[type]}
          inputMode={type === "string" ? "text" : type === "float" ? "decimal" : "numeric"}
          value={fields[name] ?? ""}
          fault={fault(`payload.${name}`, name)}
          onInput={(value) => change({ fields: { ...draft.value.fields, [name]: value } })}
        />
      ))}
      <p class="hint">{say.leftOut}</p>
      {faults.value["payload"] && (
        <p class="fault">{sayFault(say.payload, faults.value["payload"])}</p>
      )}
    </fieldset>
  );
}

function CustomFields() {
  const say = texts.value;
  const { issuer, subject, payload } = draft.value;
  return (
    <>
      <TextField
        name="subject"
        label={say.subject}
        value={subject}
        fault={fault("subject", say.subject)}
        onInput={(value) => change({ subject: value })}
      />
      <TextField
        name="issuer"
        label={say.issuer}
        hint={say.issuerHint}
        placeholder="Gs2Gateway:SendNotification"
        value={issuer}
        fault={fault("issuer", say.issuer)}
        onInput={(value) => change({ issuer: value })}
      />
      <TextField
        name="payload"
        label={say.payload}
        hint={say.payloadHint}
        rows={4}
        isCode
        value={payload}
        fault={fault("payload", say.payload)}
        onInput={(value) => change({ payload: value })}
      />
    </>
  );
}

export function SendView() {
  const say = texts.value;
  const form = useRef<HTMLFormElement>(null);
  const { userId, namespaceName, key, transfer, sound } = draft.value;
  const players = new Set(
    sockets.value.flatMap(({ sessions }) => sessions.map((one) => one.userId)),
  );
  const namespaces = world.value.namespaces.map(({ name }) => name);
  const used = payloadText(draft.value).length;
  return (
    <>
      <form
        ref={form}
        noValidate
        aria-label={say.sendTitle}
        onSubmit={(event) => {
          event.preventDefault();
          const wrong = sendDraft();
          if (wrong === undefined) return;
          requestAnimationFrame(() =>
            form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus(),
          );
        }}
      >
        <div class="pair">
          <TextField
            name="userId"
            label={say.toWhom}
            list={[...players]}
            value={userId}
            fault={fault("userId", say.toWhom)}
            onInput={(value) => change({ userId: value })}
          />
          <SelectField
            name="namespaceName"
            label={say.where}
            value={namespaceName}
            onChange={(value) => change({ namespaceName: value })}
          >
            <option value="">{say.anyNamespace}</option>
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
        <SelectField name="key" label={say.what} value={key} onChange={chooseKey}>
          <optgroup label={say.customGroup}>
            <option value={CUSTOM}>{say.custom}</option>
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
        {key === CUSTOM ? <CustomFields /> : <PayloadFields />}
        <label class="check">
          <input
            type="checkbox"
            name="transfer"
            checked={transfer}
            onChange={(event) => change({ transfer: event.currentTarget.checked })}
          />
          <span>{say.toDevice}</span>
        </label>
        {transfer && (
          <TextField
            name="sound"
            label={say.sound}
            value={sound}
            fault={fault("sound", say.sound)}
            onInput={(value) => change({ sound: value })}
          />
        )}
        <div class="submit">
          <button type="submit" class="strong" id="send">
            <Icon name="send" /> {say.send}
          </button>
          <span class={used > limits.payload ? "used over" : "used"}>
            {say.used(used, limits.payload)}
          </span>
        </div>
      </form>
      <section aria-labelledby="sent-title">
        <h2 id="sent-title">{say.sent}</h2>
        {sent.value.length === 0 && <p class="hint">{say.noneSent}</p>}
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
  const say = texts.value;
  const { notification, outcome, at } = one;
  const { userId, namespaceName = "", key = "", issuer = key, subject = key } = notification;
  const { text, why, lang } = sayOutcome(outcome);
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
        <button type="button" onClick={() => void sendAndTell(notification)}>
          {say.resend}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => edit({ userId, namespaceName, issuer, subject, payload })}
        >
          {say.edit}
        </button>
      </p>
    </li>
  );
}
