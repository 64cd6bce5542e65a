import { GatewayError, type GatewayErrorDetail, type GatewayErrorInit } from "../errors.js";

/**
 * What compat rejects with: a GatewayError that is also the array the official SDK rejects with, so that `errors[0].message` and
 * `isGatewayError(error, "notFound")` both work. Empty where the server gave no list.
 *
 * Over REST `message` is a sentence. On the socket it is the JSON text of the list where there is one: there the official SDK rejects with
 * GS2's error body, whose `message` is parsed by who catches it.
 */
export type Gs2Error = {
  /** The list alone. */
  toJSON(): GatewayErrorDetail[];
} & GatewayError &
  readonly GatewayErrorDetail[];

// An array's methods on a GatewayError's prototype: no class can be both. `toString` stays that of an error.
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

/** The same error in the shape of the official SDK. */
export function gs2Error(
  error: GatewayError,
  differently: Partial<GatewayErrorInit> = {},
): Gs2Error {
  const { cause } = error;
  const told = new GatewayError({
    ...error.toJSON(),
    ...(cause === undefined ? {} : { cause }),
    ...differently,
  });
  const list: GatewayErrorDetail[] = told.errors.map((detail) => ({ ...detail }));
  const own = Object.getOwnPropertyDescriptors(told) as PropertyDescriptorMap;
  for (const key of Reflect.ownKeys(own)) {
    // Beside the list, not in it: the array stays equal to the official one.
    Object.defineProperty(list, key, { ...own[key as string], enumerable: false });
  }
  return Object.setPrototypeOf(list, prototype) as Gs2Error;
}

/** As the socket of the official SDK gives it. */
export const socketError = (error: GatewayError): Gs2Error =>
  gs2Error(error, error.errors.length > 0 ? { message: JSON.stringify(error.errors) } : {});
