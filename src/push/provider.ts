import { newId } from "../core/clock.js";

/** What a provider is asked about. */
export interface PushTokenRequest {
  readonly vapidKey: string;
  /** Of the worker that pushes are to go to; active. */
  readonly registration: ServiceWorkerRegistration;
}

/**
 * Where registration tokens come from. The default is Firebase's own library (`getToken`, `deleteToken` of `firebase/messaging`); Firebase is
 * retiring them for another kind of registration, and GS2 takes tokens, so this is the place to put something else.
 */
export interface PushTokenProvider {
  /** The token pushes to this browser are sent by. Asked at most once a day while nothing changes; it may keep the token and answer the same. */
  getToken(ask: PushTokenRequest): Promise<string>;
  /** Makes the token worthless. */
  deleteToken(ask: PushTokenRequest): Promise<void>;
}

/**
 * A provider without Firebase and without a network, for tests and for playing against the emulator: a token of its own for each browser,
 * until it is deleted. Nothing can be sent to it but through the emulator's outbox.
 */
export function createLocalTokenProvider(): PushTokenProvider {
  const name = "gs2-gateway.localToken";
  return {
    async getToken() {
      const token = localStorage.getItem(name) ?? `local-${newId()}`;
      localStorage.setItem(name, token);
      return token;
    },
    async deleteToken() {
      localStorage.removeItem(name);
    },
  };
}
