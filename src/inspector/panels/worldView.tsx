import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { refreshAll, refreshWorld, world } from "../app.js";
import { control } from "../control.js";
import { facts } from "../facts.js";
import { dateAndTime, texts } from "../language.js";
import { Addresses } from "../parts/addresses.js";
import { CopyButton } from "../parts/copy.js";
import { sayFault, TextField } from "../parts/field.js";
import type { Fault } from "../send/form.js";
import { act } from "./action.js";

const LONGEST = 128;

function faultOf(text: string): Fault | undefined {
  if (text === "") return { why: "missing" };
  return text.length > LONGEST ? { why: "tooLong", max: LONGEST } : undefined;
}

/** Asks once more before something is lost. */
function SureButton({
  words,
  question,
  name,
  onSure,
}: {
  words: string;
  question: string;
  name: string;
  onSure: () => void;
}) {
  const say = texts.value;
  const [isAsked, ask] = useState(false);
  if (!isAsked) {
    return (
      <button type="button" class="warns" aria-label={name} onClick={() => ask(true)}>
        {words}
      </button>
    );
  }
  return (
    <span class="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <button
        type="button"
        class="danger"
        onClick={() => {
          ask(false);
          onSure();
        }}
      >
        {words}
      </button>
      <button
        type="button"
        class="quiet"
        ref={(button) => button?.focus()}
        onClick={() => ask(false)}
      >
        {say.cancel}
      </button>
    </span>
  );
}

const newName = signal("");

function Namespaces() {
  const say = texts.value;
  const [fault, setFault] = useState<Fault>();
  const { namespaces } = world.value;
  return (
    <section aria-labelledby="namespaces">
      <h2 id="namespaces">{say.namespaces}</h2>
      {namespaces.length === 0 && (
        <p class="hint">{facts.strict ? say.noNamespacesStrict : say.noNamespaces}</p>
      )}
      <ul class="cards">
        {namespaces.map(({ name, description, firebaseSecret }) => (
          <li class="card" key={name} data-namespace={name}>
            <p class="card-title">
              <strong>{name}</strong>
              {firebaseSecret != null && <span class="tag">{say.pushSecret}</span>}
            </p>
            {description != null && description !== "" && <p class="why">{description}</p>}
            <p class="actions">
              <SureButton
                words={say.remove}
                name={`${say.remove}: ${name}`}
                question={say.removeSure(name)}
                onSure={() => void act(() => control.removeNamespace(name), refreshAll)}
              />
            </p>
          </li>
        ))}
      </ul>
      <form
        class="inline"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const name = newName.value.trim();
          const found = faultOf(name);
          setFault(found);
          if (found) return;
          newName.value = "";
          void act(() => control.addNamespace(name), refreshWorld);
        }}
      >
        <TextField
          name="newNamespace"
          label={say.name}
          value={newName.value}
          fault={fault && sayFault(say.name, fault)}
          onInput={(value) => (newName.value = value)}
        />
        <button type="submit">{say.add}</button>
      </form>
    </section>
  );
}

const tokenUser = signal("user-0001");
const tokenMinutes = signal("60");

function Tokens() {
  const say = texts.value;
  const [faults, setFaults] = useState<{ user?: Fault | undefined; minutes?: Fault | undefined }>(
    {},
  );
  const { accessTokens } = world.value;
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">{say.tokens}</h2>
      <p class="hint">{say.tokensHint}</p>
      {accessTokens.length === 0 && !facts.strict && <p class="hint">{say.noTokens}</p>}
      <ul class="cards">
        {accessTokens.map(({ accessToken, userId, expiresAt }) => (
          <li class="card" key={accessToken} data-token-of={userId}>
            <p class="card-title">
              <strong>{userId}</strong>
              <time>{say.until(dateAndTime(expiresAt))}</time>
            </p>
            <p class="why with-copy">
              <code>{`${accessToken.slice(0, 12)}…`}</code>
              <CopyButton text={() => accessToken} label={say.issued(userId)} />
            </p>
          </li>
        ))}
      </ul>
      <form
        noValidate
        aria-labelledby="tokens"
        onSubmit={(event) => {
          event.preventDefault();
          const userId = tokenUser.value.trim();
          const minutes = Number(tokenMinutes.value);
          const found = {
            user: faultOf(userId),
            minutes:
              tokenMinutes.value.trim() !== "" && Number.isFinite(minutes)
                ? undefined
                : ({ why: "notNumber" } as const),
          };
          setFaults(found);
          if (found.user || found.minutes) return;
          void act(() => control.issueAccessToken(userId, minutes * 60_000), refreshWorld);
        }}
      >
        <div class="pair">
          <TextField
            name="tokenUser"
            label={say.toWhom}
            value={tokenUser.value}
            fault={faults.user && sayFault(say.toWhom, faults.user)}
            onInput={(value) => (tokenUser.value = value)}
          />
          <TextField
            name="tokenMinutes"
            label={say.minutes}
            inputMode="decimal"
            value={tokenMinutes.value}
            fault={faults.minutes && sayFault(say.minutes, faults.minutes)}
            onInput={(value) => (tokenMinutes.value = value)}
          />
        </div>
        <button type="submit">{say.issue}</button>
      </form>
    </section>
  );
}

/** Namespaces, tokens, addresses, and the way back to the start. */
export function WorldView() {
  const say = texts.value;
  return (
    <>
      <Namespaces />
      <Tokens />
      <section aria-labelledby="addresses">
        <h2 id="addresses">{say.addresses}</h2>
        <Addresses />
        <p class="hint">{facts.data === null ? say.forgets : say.keeps(facts.data)}</p>
        {facts.strict && <p class="hint">{say.strict}</p>}
      </section>
      <section aria-labelledby="start-over">
        <h2 id="start-over">{say.startOver}</h2>
        <p class="hint">{say.startOverHint}</p>
        <p class="actions">
          <SureButton
            words={say.startOver}
            name={say.startOver}
            question={say.startOverSure}
            onSure={() => void act(control.reset, refreshAll)}
          />
        </p>
      </section>
    </>
  );
}
