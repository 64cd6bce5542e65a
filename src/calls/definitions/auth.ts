import { defineCall } from "../defineCall.js";
import type { TimeShifted } from "../../wire/requests.js";

/** A player's access token. */
export interface AccessTokenResult {
  token: string;
  userId: string;
  /** When it expires, Unix time in milliseconds. */
  expire: number;
}

export interface LoginParams extends TimeShifted {
  userId: string;
  /** Shifts the server's clock for this player, in seconds. */
  timeOffset?: number | null;
}

/** Issues an access token for any player. For servers: a page must not have this right. */
export const login = /*#__PURE__*/ defineCall<LoginParams, AccessTokenResult>({
  service: "auth",
  component: "accessToken",
  function: "login",
  rest: { verb: "POST", path: "/login" },
  socket: "seen",
  required: ["userId"],
});

export interface LoginBySignatureParams {
  /** GRN of the GS2-Key key that signed `body`. */
  keyId: string;
  /** From `authentication` of GS2-Account. */
  body: string;
  signature: string;
}

/** Issues an access token for the player of a signed authentication. */
export const loginBySignature = /*#__PURE__*/ defineCall<LoginBySignatureParams, AccessTokenResult>(
  {
    service: "auth",
    component: "accessToken",
    function: "loginBySignature",
    rest: { verb: "POST", path: "/login/signed" },
    socket: "seen",
    required: ["keyId", "body", "signature"],
  },
);
