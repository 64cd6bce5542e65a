import { sendTestPush } from "../shared/calls.js";
import { bell, toggleBell } from "./bell.js";
import { texts } from "./language.js";
import { gateway } from "./net.js";
import { Press } from "./press.js";

export function BellRow() {
  const t = texts.value;
  const { status, message } = bell.value ?? { status: "unsupported" as const, message: "" };
  const isOn = status === "registered";
  return (
    <section id="push" class="card row" data-status={status} title={message}>
      <p>{t.bell[status]}</p>
      {isOn && (
        <Press id="testPush" action={() => gateway.call(sendTestPush, {})}>
          {t.testPush}
        </Press>
      )}
      <Press
        id="bell"
        isEnabled={isOn || status === "prompt" || status === "granted"}
        action={toggleBell}
      >
        {isOn ? t.bellOff : t.bellOn}
      </Press>
    </section>
  );
}
