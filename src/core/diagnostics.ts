export type DiagnosticLevel = "debug" | "info" | "warn" | "error";

/** What may be worth knowing and is nobody's rejected promise. `detail` never holds a secret, a token or a payload. */
interface Details {
  /** info. The endpoints are not GS2's own: said once for each client. */
  emulator: { webSocket: string };
  /** warn. A frame that is no reply and no notification was left aside. */
  unreadableFrame: { why: "notText" | "notJson" | "notAnObject" | "unknownType" };
  /** debug. A reply nobody waits for any more: its call was given up, or it came twice. */
  unmatchedReply: { requestId: string; status: number };
  /** info. The socket ended without our asking, or an attempt failed. `code` 1006: no close frame; 0: the attempt took too long. */
  socketEnded: { code: number; reason: string; clean: boolean };
  /** warn. Renewing the project token failed; tried again in 30 seconds. */
  renewalFailed: { kind: string; message: string };
  /** warn. A bind failed and will be tried again. */
  bindRetried: { slot: string; kind: string; message: string };
  /** error. A handler or an `onSync` function threw or rejected; everybody else was still told. */
  handlerThrew: { error: unknown };
  /**
   * error. Code that runs inside a step of the client (a WebSocket class, a storage, a clock) threw;
   * the rest of the step went on.
   */
  stepFailed: { error: unknown };
  /** warn. `onSync` took more than 5 seconds, or more than 1,000 notifications were held meanwhile: they were delivered before it settled. */
  syncOverrun: { held: number };
  /** warn. The payload of a notification is no JSON; it stays text. */
  payloadNotJson: { key: string };
  /**
   * warn. A notification does not fit what `defineNotification` says of its key, or the schema threw or is asynchronous: nobody but `"*"` and pairs
   * hears it, unless it fits another definition. Paths are joined by dots; words that stand in the payload are `***` in messages.
   */
  schemaMismatch: { key: string; issues: readonly { path: string; message: string }[] };
  /** warn. A field was given that has no effect with the values beside it. */
  brokenCondition: { method: string; field: string; needs: string };
  /** warn. Another client of this page has the same player in this slot: often one that a hot reload or a second mount has left over. */
  duplicateClient: { slot: string };
  /** warn. More than 1,000 notifications waited for a Phaser scene that sleeps or has no frames: from there on the oldest were delivered at once. */
  sceneOverrun: { scene: string; held: number };
}

export type DiagnosticCode = keyof Details;

export type Diagnostic = {
  [C in DiagnosticCode]: {
    readonly code: C;
    readonly level: DiagnosticLevel;
    readonly message: string;
    readonly detail: Readonly<Details[C]>;
  };
}[DiagnosticCode];

/** Where diagnostics go: the methods of `console` by level. */
export type Logger = {
  readonly [L in DiagnosticLevel]: (message: string, detail?: unknown) => void;
};

export type Report = <C extends DiagnosticCode>(
  level: DiagnosticLevel,
  code: C,
  message: string,
  detail: Details[C],
) => void;
