import { useLayoutEffect, useRef } from "preact/hooks";
import { LONGEST_NAME } from "../shared/players.js";
import { play } from "./game.js";
import { texts } from "./language.js";
import { storage } from "./storage.js";

const NAME_KEY = "gs2-gateway-demo:name";

export function Login() {
  const t = texts.value;
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = (form.get("name") as string).trim();
    storage?.setItem(NAME_KEY, name);
    void play(name, form.has("exclusive"));
  };
  return (
    <form id="start" class="card narrow" onSubmit={submit}>
      <h2>{t.who}</h2>
      <p class="soft">{t.pitch}</p>
      <label class="field">
        <span>{t.nameLabel}</span>
        <input
          ref={field}
          name="name"
          required
          maxLength={LONGEST_NAME}
          pattern=".*[^\s:].*"
          autocomplete="nickname"
          placeholder={t.namePlaceholder}
          defaultValue={storage?.getItem(NAME_KEY) ?? ""}
        />
      </label>
      <label class="switch-line">
        <input type="checkbox" role="switch" name="exclusive" defaultChecked />
        <span>
          {t.exclusive}
          <small>{t.exclusiveHint}</small>
        </span>
      </label>
      <button class="primary">{t.play}</button>
    </form>
  );
}
