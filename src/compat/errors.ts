import { GatewayError, type GatewayErrorDetail, type GatewayErrorInit } from "../errors.js";

/**
 * Rejections of compat: a GatewayError that is also the array the official SDK rejects with, so
 * that `errors[0].message` and `isGatewayError(error, "notFound")` both work. The array is empty
 * where the server sent no list.
 *
 * Over REST, `message` is a sentence. On the socket it is the JSON text of the list where there is
 * one: the official SDK rejects with GS2's error body there, and its callers parse `message`.
 */
export type Gs2Error = {
  /** The list alone. */
  toJSON(): GatewayErrorDetail[];
} & GatewayError &
  readonly GatewayErrorDetail[];

// Array methods on a GatewayError's prototype: a class cannot extend both. `toString` stays that of
// an error.
const prototype = Object.create(GatewayError.prototype) as Gs2Error;
for (const key of Reflect.ownKeys(Array.prototype)) {
  if (key === "length" || key === "toString") continue;
  Object.defineProperty(prototype, key, Object.getOwnPropertyDescriptor(Array.prototype, key)!);
}
Object.defineProperty(prototype, "toJSON", {
  value(this: Gs2Error) {
    return [...this];
  },
});

/** The error in the shape of the official SDK. */
export function gs2Error(error: GatewayError, details: Partial<GatewayErrorInit> = {}): Gs2Error {
  const { cause } = error;
  const copy = new GatewayError({
    ...error.toJSON(),
    ...(cause === undefined ? {} : { cause }),
    ...details,
  });
  const list: GatewayErrorDetail[] = copy.errors.map((detail) => ({ ...detail }));
  const own = Object.getOwnPropertyDescriptors(copy) as PropertyDescriptorMap;
  for (const key of Reflect.ownKeys(own)) {
    // Not enumerable, so that the array equals the official one.
    Object.defineProperty(list, key, { ...own[key as string], enumerable: false });
  }
  return Object.setPrototypeOf(list, prototype) as Gs2Error;
}

/** The error as the socket of the official SDK rejects with it. */
export const socketError = (error: GatewayError): Gs2Error =>
  gs2Error(error, error.errors.length > 0 ? { message: JSON.stringify(error.errors) } : {});
