import { handleCall } from "../../../src/emulator/calls/handleCall.js";
import { seededIds } from "../../../src/emulator/store/ids.js";
import { readSettings, type EmulatorSettings } from "../../../src/emulator/settings.js";
import { openConnection } from "../../../src/emulator/store/sessions.js";
import { createStore } from "../../../src/emulator/store/store.js";
import type { Store } from "../../../src/emulator/store/types.js";
import { loginTarget } from "../../../src/wire/frames.js";
import type { AnyMethod } from "../../../src/wire/methods.js";

export const START = 1_700_000_000_000;

export function createTestStore(
  settings: Partial<EmulatorSettings> = {},
  options: { strict?: boolean; namespaces?: string[] } = {},
): Store {
  const { strict = false, namespaces = [] } = options;
  const credentials = [{ clientId: "client-0001", clientSecret: "secret-0001" }];
  return createStore(
    {
      settings: readSettings(settings),
      strict,
      credentials,
      namespaces,
      ids: seededIds(1),
      url: () => "http://emulator",
    },
    START,
  );
}

/** Opens a connection and logs in on it; returns its id. */
export function openAndLogIn(store: Store, now = START): string {
  const { connectionId } = openConnection(store, now);
  const { result } = handleCall(
    store,
    {
      transport: "socket",
      target: loginTarget,
      params: { client_id: "client-0001", client_secret: "secret-0001" },
      projectToken: undefined,
      accessToken: undefined,
      connectionId,
    },
    now,
  );
  if (result.status !== 200) throw new Error("The login was refused.");
  return connectionId;
}

/** A call on such a connection. */
export function call(
  store: Store,
  connectionId: string,
  method: AnyMethod,
  params: Record<string, unknown>,
  now = START,
) {
  const { component, name } = method;
  return handleCall(
    store,
    {
      transport: "socket",
      target: { service: "gateway", component, function: name },
      params,
      projectToken: undefined,
      accessToken: typeof params["accessToken"] === "string" ? params["accessToken"] : undefined,
      connectionId,
    },
    now,
  );
}
