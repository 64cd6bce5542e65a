/** Parameters of a function in a namespace of its service. */
export interface InServiceNamespace {
  /** The namespace of the service that is called, not that of GS2-Gateway. */
  namespaceName: string;
}

/** Parameters of a function that acts for a player. */
export interface AsPlayer extends InServiceNamespace {
  /** Default: that of the slot. */
  accessToken?: string | undefined;
}

/** Parameters of a function that GS2 runs once for one text, however often it is called. */
export interface OnceOnly {
  /**
   * A text of your own for one action of the player, e.g. a UUID: a call that is repeated with it
   * is not to act twice. Seen in the official SDKs; nothing says for how long GS2 remembers it.
   */
  duplicationAvoider?: string | null;
}

/** An action that gives a player something. */
export interface AcquireAction {
  /** For example `Gs2Inventory:AcquireItemSetByUserId`. */
  action: string;
  /** Parameters of the action as JSON. */
  request: string;
}

/** What a result says of the transaction that the call has issued: see `transaction`. */
export interface IssuedTransaction {
  /** Absent where nothing is given. */
  transactionId?: string | null;
  /** Whether the server runs it by itself. */
  autoRunStampSheet?: boolean | null;
  /** The transaction as signed text, for a client that runs it itself. */
  stampSheet?: string | null;
  stampSheetEncryptionKeyId?: string | null;
}
