import { useEffect, useRef } from "preact/hooks";
import { LONGEST_NAME } from "../shared/players.js";
import { play } from "./game.js";
import { texts } from "./language.js";
import { remember, remembered } from "./storage.js";

export function Login() {
  const say = texts.value;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const name = (form.get("name") as string).trim();
    remember("name", name);
    void play(name, form.has("exclusive"));
  };
  return (
    <form id="start" class="card narrow" onSubmit={submit}>
      <h2>{say.who}</h2>
      <p class="soft">{say.pitch}</p>
      <label class="field">
        <span>{say.nameLabel}</span>
        <input
          ref={field}
          name="name"
          required
          maxLength={LONGEST_NAME}
          pattern=".*[^\s:].*"
          autocomplete="nickname"
          placeholder={say.namePlaceholder}
          defaultValue={remembered("name") ?? ""}
        />
      </label>
      <label class="switch-line">
        <input type="checkbox" role="switch" name="exclusive" defaultChecked />
        <span>
          {say.exclusive}
          <small>{say.exclusiveHint}</small>
        </span>
      </label>
      <button class="primary">{say.play}</button>
    </form>
  );
}
