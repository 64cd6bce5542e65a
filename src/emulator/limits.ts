import * as v from "valibot";
import { positive, type FieldSchema } from "./schema/schema.js";

/**
 * Limits that protect the machine of the emulator. They are no readings of GS2: what GS2 limits is
 * unknown, and `gs2-gateway doctor` does not look for it.
 */
export interface EmulatorLimits {
  /**
   * A longer request body, after gunzip, is refused with 413, in bytes; with an `upstream` a socket
   * that sends a longer frame is closed with 1009 too. Default 1,048,576 (our choice).
   */
  maxBodyBytes: number;
  /**
   * A socket with more bytes than this waiting to be read by a slow client is dropped. Default
   * 4,194,304 (our choice).
   */
  maxUnsentBytes: number;
  /** A socket beyond this number is refused with 503. Default 10,000 (our choice). */
  maxConnections: number;
  /**
   * Sessions of all sockets together: a `setUserId` that would add one more is refused with 402.
   * Default 20,000 (our choice).
   */
  maxSessions: number;
  /**
   * Namespaces: a call that would add one more is refused with 402, and `setState` with more throws
   * `quotaLimitExceeded`. Default 10,000 (our choice).
   */
  maxNamespaces: number;
  /**
   * Firebase tokens of players' devices: a call that would add one more is refused with 402, an
   * import that would has the status `failed`, and `setState` with more throws
   * `quotaLimitExceeded`. Default 20,000 (our choice).
   */
  maxFirebaseTokens: number;
}

/** The part of the table of settings that are limits. */
export const limitSettings = {
  maxBodyBytes: v.optional(positive, 1_048_576),
  maxUnsentBytes: v.optional(positive, 4_194_304),
  maxConnections: v.optional(positive, 10_000),
  maxSessions: v.optional(positive, 20_000),
  maxNamespaces: v.optional(positive, 10_000),
  maxFirebaseTokens: v.optional(positive, 20_000),
} satisfies { readonly [Name in keyof EmulatorLimits]: FieldSchema<EmulatorLimits[Name]> };
