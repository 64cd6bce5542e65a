import { loginTarget, type Target } from "../../wire/frames.js";
import { setUserId, setUserIdByUserId } from "../../wire/methods.js";

/** A request, the same for REST and socket. */
export interface ApiRequest {
  readonly transport: "rest" | "socket";
  readonly target: Target;
  /** From path, query, body or frame, not validated. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly projectToken: string | undefined;
  readonly accessToken: string | undefined;
  /** The connection of the socket; undefined over REST. */
  readonly connectionId: string | undefined;
  /** Calls with the same value count as one call. */
  readonly duplicationAvoider?: string | undefined;
  /** Validate the call and change nothing. */
  readonly dryRun?: boolean | undefined;
}

export const isLogin = ({ target }: ApiRequest): boolean =>
  target.service === loginTarget.service &&
  target.component === loginTarget.component &&
  target.function === loginTarget.function;

export const isBind = ({ target }: ApiRequest): boolean =>
  target.service === "gateway" &&
  target.component === setUserId.component &&
  [setUserId.name, setUserIdByUserId.name].includes(target.function);
