import { newId } from "../core/clock.js";

export interface PushTokenRequest {
  readonly vapidKey: string;
  /** Of the active worker that is to get the pushes. */
  readonly registration: ServiceWorkerRegistration;
}

/**
 * Source of registration tokens. The default is Firebase's library (`getToken` and `deleteToken` of
 * `firebase/messaging`). Firebase has deprecated these functions, and GS2 still needs tokens: a
 * provider can get them in another way.
 */
export interface PushTokenProvider {
  /**
   * Resolves with the token of this browser. Called once a day at most while nothing changes; it
   * may resolve with the same token again.
   */
  getToken(request: PushTokenRequest): Promise<string>;
  /** Revokes the token. */
  deleteToken(request: PushTokenRequest): Promise<void>;
}

/**
 * A provider without Firebase and network, for tests and for the emulator. It stores a random token
 * in the browser. No push service knows the token: pushes reach it only from the emulator's outbox.
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
