import type { Emulator, EmulatorSettings } from "../../../../src/emulator/index.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { rest, type RestReply } from "../restCalls.js";

/** The client side of a socket, over a network or without one. */
export interface TestSocket {
  ask(frame: Json): Promise<RestReply>;
  /** The first notification. Rejects if none arrives. */
  notification(): Promise<Json>;
  /** Rejects if the server has not closed the socket. */
  closed(): Promise<unknown>;
}

/** An emulator in its initial state, over a network or in the same process. */
export interface TestBackend {
  readonly emulator: Pick<
    Emulator,
    "url" | "issueAccessToken" | "outbox" | "sessions" | "clock" | "state"
  >;
  send(url: string, init: RequestInit): Promise<Response>;
  openSocket(): Promise<TestSocket>;
}

export type OpenBackend = (settings: Readonly<Partial<EmulatorSettings>>) => Promise<TestBackend>;

export const transports = ["REST", "the socket"] as const;
export type TestTransport = (typeof transports)[number];

interface CallOptions {
  /** Another project token; null: none. */
  readonly token?: string | null;
  /** Another socket, if the transport is a socket. */
  readonly socket?: TestSocket;
}

/** What a row of the table uses: a bound player in another namespace, and a way to call. */
export interface CallContext extends TestBackend {
  readonly transport: TestTransport;
  /** Project token. */
  readonly token: string;
  readonly socket: TestSocket;
  readonly connectionId: string;
  /** Calls over the transport of the row. */
  call(method: AnyMethod, params: Json, options?: CallOptions): Promise<RestReply>;
  login(given: Json, projectToken?: string): Promise<RestReply>;
}

export const namespaceName = "game-0001";

/** A context for one transport. */
export async function createContext(
  backend: TestBackend,
  transport: TestTransport,
): Promise<CallContext> {
  const { emulator, send } = backend;
  const overRest = async (given: Json, projectToken?: string) => {
    const response = await send(`${emulator.url}/identifier/projectToken/login`, {
      method: "POST",
      headers: projectToken === undefined ? {} : { authorization: `Bearer ${projectToken}` },
      body: JSON.stringify(given),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const { body } = await overRest({ client_id: "client-0001", client_secret: "secret-0001" });
  const token = body["access_token"] as string;
  const socket = await backend.openSocket();
  const bound = await socket.ask(
    frame("setUserId", { namespaceName: "lobby", accessToken: "accessToken-9999" }, token),
  );
  const { connectionId } = bound.body["item"] as { connectionId: string };
  return {
    ...backend,
    transport,
    token,
    socket,
    connectionId,
    async call(method, params, options = {}) {
      const { name, component } = method;
      const given = options.token === undefined ? token : (options.token ?? undefined);
      return transport === "REST"
        ? rest(emulator.url, method, params, { token: given, send })
        : (options.socket ?? socket).ask(frame(name, params, given, component));
    },
    async login(given, projectToken) {
      if (transport === "REST") return overRest(given, projectToken);
      const fresh = await backend.openSocket();
      return fresh.ask({
        ...frame("login", given, projectToken, "projectToken"),
        x_gs2: {
          service: "identifier",
          component: "projectToken",
          function: "login",
          requestId: "login",
        },
      });
    },
  };
}
