import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { refreshAll, refreshState, state } from "../app.js";
import { api } from "../api.js";
import { pageConfig } from "../pageConfig.js";
import { dateAndTime, texts } from "../language.js";
import { Addresses } from "../parts/addresses.js";
import { CopyButton } from "../parts/copy.js";
import { describeFieldError, TextField } from "../parts/field.js";
import type { FieldError } from "../send/form.js";
import { act } from "./action.js";

const LONGEST = 128;

function errorOf(text: string): FieldError | undefined {
  if (text === "") return { problem: "missing" };
  return text.length > LONGEST ? { problem: "tooLong", max: LONGEST } : undefined;
}

/** Asks for confirmation before something is lost. */
function ConfirmButton({
  label,
  question,
  name,
  onConfirm,
}: {
  label: string;
  question: string;
  name: string;
  onConfirm: () => void;
}) {
  const t = texts.value;
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" class="warns" aria-label={name} onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  }
  return (
    <span class="confirm" role="group" aria-label={question}>
      <span>{question}</span>
      <button
        type="button"
        class="danger"
        onClick={() => {
          setAsking(false);
          onConfirm();
        }}
      >
        {label}
      </button>
      <button
        type="button"
        class="quiet"
        ref={(button) => button?.focus()}
        onClick={() => setAsking(false)}
      >
        {t.cancel}
      </button>
    </span>
  );
}

const newName = signal("");

function Namespaces() {
  const t = texts.value;
  const [error, setError] = useState<FieldError>();
  const { namespaces } = state.value;
  return (
    <section aria-labelledby="namespaces">
      <h2 id="namespaces">{t.namespaces}</h2>
      {namespaces.length === 0 && (
        <p class="hint">{pageConfig.strict ? t.noNamespacesStrict : t.noNamespaces}</p>
      )}
      <ul class="cards">
        {namespaces.map(({ name, description, firebaseSecret }) => (
          <li class="card" key={name} data-namespace={name}>
            <p class="card-title">
              <strong>{name}</strong>
              {firebaseSecret != null && <span class="tag">{t.pushSecret}</span>}
            </p>
            {description != null && description !== "" && <p class="why">{description}</p>}
            <p class="actions">
              <ConfirmButton
                label={t.remove}
                name={`${t.remove}: ${name}`}
                question={t.removeSure(name)}
                onConfirm={() => void act(() => api.removeNamespace(name), refreshAll)}
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
          const found = errorOf(name);
          setError(found);
          if (found) return;
          newName.value = "";
          void act(() => api.addNamespace(name), refreshState);
        }}
      >
        <TextField
          name="newNamespace"
          label={t.name}
          value={newName.value}
          error={error && describeFieldError(t.name, error)}
          onInput={(value) => (newName.value = value)}
        />
        <button type="submit">{t.add}</button>
      </form>
    </section>
  );
}

const tokenUser = signal("user-0001");
const tokenMinutes = signal("60");

function Tokens() {
  const t = texts.value;
  const [fieldErrors, setErrors] = useState<{
    user?: FieldError | undefined;
    minutes?: FieldError | undefined;
  }>({});
  const { accessTokens } = state.value;
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">{t.tokens}</h2>
      <p class="hint">{t.tokensHint}</p>
      {accessTokens.length === 0 && !pageConfig.strict && <p class="hint">{t.noTokens}</p>}
      <ul class="cards">
        {accessTokens.map(({ accessToken, userId, expiresAt }) => (
          <li class="card" key={accessToken} data-token-of={userId}>
            <p class="card-title">
              <strong>{userId}</strong>
              <time>{t.until(dateAndTime(expiresAt))}</time>
            </p>
            <p class="why with-copy">
              <code>{`${accessToken.slice(0, 12)}…`}</code>
              <CopyButton text={() => accessToken} label={t.issued(userId)} />
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
            user: errorOf(userId),
            minutes:
              tokenMinutes.value.trim() !== "" && Number.isFinite(minutes)
                ? undefined
                : ({ problem: "notNumber" } as const),
          };
          setErrors(found);
          if (found.user || found.minutes) return;
          void act(() => api.issueAccessToken(userId, minutes * 60_000), refreshState);
        }}
      >
        <div class="pair">
          <TextField
            name="tokenUser"
            label={t.toWhom}
            value={tokenUser.value}
            error={fieldErrors.user && describeFieldError(t.toWhom, fieldErrors.user)}
            onInput={(value) => (tokenUser.value = value)}
          />
          <TextField
            name="tokenMinutes"
            label={t.minutes}
            inputMode="decimal"
            value={tokenMinutes.value}
            error={fieldErrors.minutes && describeFieldError(t.minutes, fieldErrors.minutes)}
            onInput={(value) => (tokenMinutes.value = value)}
          />
        </div>
        <button type="submit">{t.issue}</button>
      </form>
    </section>
  );
}

/** Namespaces, tokens, addresses, and the reset. */
export function StateView() {
  const t = texts.value;
  return (
    <>
      <h2>{t.stateTitle}</h2>
      <p class="hint">{t.stateHint}</p>
      <Namespaces />
      <Tokens />
      <section aria-labelledby="addresses">
        <h2 id="addresses">{t.addresses}</h2>
        <Addresses />
        <p class="hint">{pageConfig.data === null ? t.inMemory : t.persisted(pageConfig.data)}</p>
        {pageConfig.strict && <p class="hint">{t.strict}</p>}
      </section>
      <section aria-labelledby="reset">
        <h2 id="reset">{t.reset}</h2>
        <p class="hint">{t.resetHint}</p>
        <p class="actions">
          <ConfirmButton
            label={t.reset}
            name={t.reset}
            question={t.resetConfirm}
            onConfirm={() => void act(api.reset, refreshAll)}
          />
        </p>
      </section>
    </>
  );
}
