import { signal } from "@preact/signals";
import type { LoggedFrame } from "../../wire/frameLog.js";
import { tell, view } from "../app.js";
import type { EmulatorDelivery, EmulatorNotification } from "../../emulator/index.js";
import { control, Refusal } from "../control.js";
import { texts } from "../language.js";
import { notificationOf } from "../log/rows.js";
import { draftOf, readDraft, samplesOf, type Draft, type Faults } from "./form.js";

export type Outcome =
  | { readonly kind: "sending" }
  | { readonly kind: "answered"; readonly delivery: EmulatorDelivery }
  | { readonly kind: "refused"; readonly why: string };

export interface Sent {
  readonly id: number;
  readonly at: number;
  readonly notification: EmulatorNotification;
  readonly outcome: Outcome;
}

const KEPT = 20;
const FIRST_KEY = "Gs2Matchmaking:Join";

export const draft = signal<Draft>({
  userId: "user-0001",
  namespaceName: "",
  key: FIRST_KEY,
  fields: samplesOf(FIRST_KEY, "user-0001", Date.now()),
  issuer: "",
  subject: "my-event",
  payload: '{"hello":"world"}',
  transfer: false,
  sound: "",
});

export const faults = signal<Faults>({});

/** What was sent from this page, the last first. */
export const sent = signal<readonly Sent[]>([]);

export function change(changes: Partial<Draft>): void {
  draft.value = { ...draft.value, ...changes };
  // A fault that was told is watched until it is gone.
  if (Object.keys(faults.value).length > 0) {
    const read = readDraft(draft.value);
    faults.value = "faults" in read ? read.faults : {};
  }
}

export const chooseKey = (key: string): void =>
  change({ key, fields: samplesOf(key, draft.value.userId, Date.now()) });

/** Sends what the form holds, or answers the name of the first input that is in the way. */
export function sendDraft(): string | undefined {
  const read = readDraft(draft.value);
  if ("faults" in read) {
    faults.value = read.faults;
    return Object.keys(read.faults)[0];
  }
  faults.value = {};
  void sendAndTell(read.notification);
  return undefined;
}

let lastId = 0;

async function send(notification: EmulatorNotification): Promise<Outcome> {
  const one: Sent = {
    id: ++lastId,
    at: Date.now(),
    notification,
    outcome: { kind: "sending" },
  };
  sent.value = [one, ...sent.value].slice(0, KEPT);
  const outcome = await deliver(notification);
  sent.value = sent.value.map((other) => (other.id === one.id ? { ...one, outcome } : other));
  return outcome;
}

async function deliver(notification: EmulatorNotification): Promise<Outcome> {
  try {
    return { kind: "answered", delivery: await control.notify(notification) };
  } catch (error) {
    const why = error instanceof Refusal ? error.message : texts.value.emulatorGone;
    return { kind: "refused", why };
  }
}

const receiverOf = ({ players }: LoggedFrame) => ({
  userId: players[0]?.userId ?? "",
  namespaceName: players[0]?.namespaceName ?? "",
});

/** The outcome stands in the list too, which may be out of sight. */
export async function sendAndTell(notification: EmulatorNotification): Promise<void> {
  const outcome = await send(notification);
  tell(sayOutcome(outcome).text, !isDelivered(outcome));
}

/** Sends what a frame said once more, to whom it went. */
export const resendFrame = (frame: LoggedFrame): Promise<void> =>
  sendAndTell({ ...receiverOf(frame), ...notificationOf(frame) });

/** Puts what a frame said into the form. */
export function editFrame(frame: LoggedFrame): void {
  edit({ ...receiverOf(frame), ...notificationOf(frame) });
}

export function edit(said: Parameters<typeof draftOf>[0]): void {
  draft.value = draftOf(said);
  faults.value = {};
  view.value = "send";
}

export const isDelivered = (outcome: Outcome): boolean =>
  outcome.kind === "answered" && outcome.delivery.reason === undefined;

/** To whom it went, or why to nobody; the emulator's reasons are English. */
export function sayOutcome(outcome: Outcome): { text: string; why?: string; lang?: string } {
  const say = texts.value;
  switch (outcome.kind) {
    case "sending":
      return { text: say.sending };
    case "refused":
      return { text: say.notSent, why: outcome.why, lang: "en" };
    case "answered": {
      const { protocol, sendConnectionIds, reason } = outcome.delivery;
      if (reason !== undefined) return { text: say.nobody, why: reason, lang: "en" };
      return sendConnectionIds.length === 0
        ? { text: say.toDeviceDone(protocol ?? "") }
        : {
            text: say.delivered(sendConnectionIds.length, protocol ?? ""),
            why: sendConnectionIds.join(", "),
          };
    }
  }
}
