import * as v from "valibot";
import type { GatewayErrorDetail } from "../../errors.js";
import { anyText, readWith, wholeNumberWithin } from "../schema/schema.js";

// Symbol.for: an emulator of this package recognises the errors of another copy of it.
const BRAND: unique symbol = Symbol.for("gs2-gateway.EmulatorError") as never;

const schema = v.object({
  status: wholeNumberWithin(400, 599, "status"),
  errors: v.pipe(
    v.array(
      v.object(
        { component: anyText, message: anyText, code: v.exactOptional(anyText) },
        "takes a component, a message and perhaps a code",
      ),
      "takes a list of errors",
    ),
    v.minLength(1, "takes one error or more"),
  ),
});

/**
 * A failure as GS2 replies it. A handler of `emulator.handle` throws it, and the call gets this
 * status and GS2's error body, over REST and on the socket alike.
 */
export class EmulatorError extends Error {
  override readonly name = "EmulatorError";
  readonly status: number;
  readonly errors: readonly GatewayErrorDetail[];

  /**
   * Throws `invalidArgument` when the status is not from 400 to 599, or there is no error.
   *
   * @param status 400, 401, 402, 404, 409, 500, 502, 503 and 504 are GS2's (GS2 reference)
   * @param errors GS2's error list; its messages have the form
   *   `matchmaking.gathering.error.notFound`
   */
  constructor(status: number, errors: readonly GatewayErrorDetail[]) {
    const read = readWith("EmulatorError", schema, { status, errors });
    super(read.errors.map(({ message }) => message).join(", "));
    this.status = read.status;
    this.errors = read.errors;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

export const isEmulatorError = (error: unknown): error is EmulatorError =>
  (error as { [BRAND]?: unknown } | null | undefined)?.[BRAND] === true;
