import { effect, signal } from "@preact/signals";
import type { LoggedFrame } from "../../wire/frameLog.js";
import { sockets, toast, view } from "../app.js";
import type { EmulatorDelivery, EmulatorNotification } from "../../emulator/index.js";
import { api, Refusal } from "../api.js";
import { texts } from "../language.js";
import { notificationOf } from "../log/rows.js";
import { draftOf, readDraft, samplesOf, type Draft, type FieldErrors } from "./form.js";

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

export const fieldErrors = signal<FieldErrors>({});

/** The notifications sent from this page, newest first. */
export const sent = signal<readonly Sent[]>([]);

/** Whether the page's user has chosen a player, or typed a payload. */
let isTouched = false;

// Until then the form is for a player who is connected.
effect(() => {
  const players = sockets.value.flatMap(({ sessions }) => sessions.map(({ userId }) => userId));
  const { userId, key } = draft.peek();
  const [first] = players;
  if (isTouched || first === undefined || players.includes(userId)) return;
  draft.value = { ...draft.peek(), userId: first, fields: samplesOf(key, first, Date.now()) };
});

export function change(changes: Partial<Draft>): void {
  isTouched = true;
  draft.value = { ...draft.value, ...changes };
  // A shown error is updated as the user types.
  if (Object.keys(fieldErrors.value).length > 0) {
    const read = readDraft(draft.value);
    fieldErrors.value = "fieldErrors" in read ? read.fieldErrors : {};
  }
}

export const chooseKey = (key: string): void =>
  change({ key, fields: samplesOf(key, draft.value.userId, Date.now()) });

/** Sends the content of the form, or returns the name of the first invalid input. */
export function sendDraft(): string | undefined {
  const read = readDraft(draft.value);
  if ("fieldErrors" in read) {
    fieldErrors.value = read.fieldErrors;
    return Object.keys(read.fieldErrors)[0];
  }
  fieldErrors.value = {};
  void sendAndToast(read.notification);
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
    return { kind: "answered", delivery: await api.notify(notification) };
  } catch (error) {
    const why = error instanceof Refusal ? error.message : texts.value.emulatorGone;
    return { kind: "refused", why };
  }
}

const recipientOf = ({ players }: LoggedFrame) => ({
  userId: players[0]?.userId ?? "",
  namespaceName: players[0]?.namespaceName ?? "",
});

/** Sends, and shows the outcome as a toast: the list may be out of view. */
export async function sendAndToast(notification: EmulatorNotification): Promise<void> {
  const outcome = await send(notification);
  toast(describeOutcome(outcome).text, !isDelivered(outcome));
}

/** Sends a frame's notification again to the same player. */
export const resendFrame = (frame: LoggedFrame): Promise<void> =>
  sendAndToast({ ...recipientOf(frame), ...notificationOf(frame) });

/** Puts a frame's notification into the form. */
export function editFrame(frame: LoggedFrame): void {
  edit({ ...recipientOf(frame), ...notificationOf(frame) });
}

export function edit(sent: Parameters<typeof draftOf>[0]): void {
  isTouched = true;
  draft.value = draftOf(sent);
  fieldErrors.value = {};
  view.value = "send";
}

export const isDelivered = (outcome: Outcome): boolean =>
  outcome.kind === "answered" && outcome.delivery.reason === undefined;

/** The connections it was sent to, or the reason; the emulator's reasons are English. */
export function describeOutcome(outcome: Outcome): { text: string; why?: string; lang?: string } {
  const t = texts.value;
  switch (outcome.kind) {
    case "sending":
      return { text: t.sending };
    case "refused":
      return { text: t.notSent, why: outcome.why, lang: "en" };
    case "answered": {
      const { protocol, sendConnectionIds, reason } = outcome.delivery;
      if (reason !== undefined) return { text: t.notDelivered, why: reason, lang: "en" };
      return sendConnectionIds.length === 0
        ? { text: t.sentToDevice(protocol ?? "") }
        : {
            text: t.delivered(sendConnectionIds.length, protocol ?? ""),
            why: sendConnectionIds.join(", "),
          };
    }
  }
}
