export type DiagnosticLevel = "debug" | "info" | "warn" | "error";

/**
 * What is worth knowing and rejects no promise. `detail` never holds a secret, a token or a
 * payload.
 */
interface Details {
  /** info. The endpoints are not GS2's own. Once for each client. */
  emulator: { webSocket: string };
  /**
   * warn. A client secret is used in a page, against GS2 itself: all players can read it. Once for
   * each client. Use `projectToken`.
   */
  clientSecretInPage: { clientId: string };
  /** warn. A frame that is no reply and no notification was ignored. */
  unreadableFrame: { why: "notText" | "notJson" | "notAnObject" | "unknownType" };
  /** debug. No call waits for this reply: the call was given up, or the reply came twice. */
  unmatchedReply: { requestId: string; status: number };
  /**
   * info. The server or the network ended the socket, or an attempt failed. `code` 1006: no close
   * frame; 0: the attempt took too long.
   */
  socketEnded: { code: number; reason: string; clean: boolean };
  /** warn. The renewal of the project token failed; it is retried in 30 seconds. */
  renewalFailed: { kind: string; message: string };
  /**
   * warn. A token provider of the game has taken 5 seconds. An earlier token is used where there is
   * one that was not refused; after `providerTimeoutMs` the provider is asked again. `slot`: of an
   * access token.
   */
  providerSlow: { provider: string; slot: string | undefined };
  /**
   * error. A token was refused, and a renewed one too. `slot` is undefined where the whole client
   * stopped. `setUserId`, `setProjectToken` and `connect` lead on.
   */
  tokensRefused: { slot: string | undefined };
  /** warn. A bind failed and will be retried. */
  bindRetried: { slot: string; kind: string; message: string };
  /** error. A handler or an `onSync` function threw or rejected; the others were called. */
  handlerThrew: { error: unknown };
  /**
   * error. Code that runs inside a step of the client (a WebSocket class, a storage, a clock)
   * threw; the rest of the step went on.
   */
  stepFailed: { error: unknown };
  /**
   * warn. `onSync` took more than 5 seconds, or more than 1,000 notifications were held meanwhile:
   * they were delivered before it settled.
   */
  syncOverrun: { held: number };
  /** warn. The payload of a notification is no JSON; it stays text. */
  payloadNotJson: { key: string };
  /**
   * warn. A notification does not fit the definitions in use for its key, or a schema threw or is
   * asynchronous: only handlers of `"*"` and of pairs get it. The first 20 issues; paths are joined
   * by dots, and words of the payload are `***` in messages.
   */
  schemaMismatch: { key: string; issues: readonly { path: string; message: string }[] };
  /**
   * warn. A handler was registered for a key that is none of GS2's: a mistyped one, as `nearest`
   * shows, or one of an issuer that sends no such notification. Only with the panel of
   * `gs2-gateway/devtools`, once for each key.
   */
  unknownKey: { key: string; nearest: string | undefined };
  /** warn. A field was given that has no effect with the values beside it. */
  brokenCondition: { method: string; field: string; needs: string };
  /**
   * warn. Another client of this page has the same player in this slot: often one that a hot reload
   * or a second mount left over.
   */
  duplicateClient: { slot: string };
  /**
   * warn. More than 1,000 notifications waited for a Phaser scene that sleeps or has no frames:
   * from there on the oldest were delivered at once.
   */
  sceneOverrun: { scene: string; held: number };
}

/** Stable. Each has a section in the guide, `docs/errors.md#` with it in lower case. */
export type DiagnosticCode = keyof Details;

export type Diagnostic = {
  [C in DiagnosticCode]: {
    readonly code: C;
    readonly level: DiagnosticLevel;
    readonly message: string;
    readonly detail: Readonly<Details[C]>;
  };
}[DiagnosticCode];

/** Gets diagnostics by level, as `console` does. */
export type Logger = {
  readonly [L in DiagnosticLevel]: (message: string, detail?: unknown) => void;
};

export type Report = <C extends DiagnosticCode>(
  level: DiagnosticLevel,
  code: C,
  message: string,
  detail: Details[C],
) => void;
