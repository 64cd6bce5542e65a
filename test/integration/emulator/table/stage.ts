import type { Emulator, EmulatorSettings } from "../../../../src/emulator/index.js";
import type { AnyMethod } from "../../../../src/wire/methods.js";
import { frame, type Json } from "../rawSocket.js";
import { rest, type RestReply } from "../restCalls.js";

/** An open socket, over a network or not. */
export interface TestSocket {
  ask(frame: Json): Promise<RestReply>;
  /** The first that came; rejects where none does. */
  notification(): Promise<Json>;
  /** Rejects where the other side has not closed it. */
  closed(): Promise<unknown>;
}

/** An emulator as at its start, and the ways to reach it. */
export interface Stage {
  readonly emulator: Pick<
    Emulator,
    "url" | "issueAccessToken" | "outbox" | "sessions" | "clock" | "state"
  >;
  send(url: string, init: RequestInit): Promise<Response>;
  openSocket(): Promise<TestSocket>;
}

export type OpenStage = (settings: Readonly<Partial<EmulatorSettings>>) => Promise<Stage>;

export const roads = ["REST", "the socket"] as const;
export type Road = (typeof roads)[number];

interface By {
  /** Another project token; null: none. */
  readonly token?: string | null;
  /** Another socket, where the road is one. */
  readonly socket?: TestSocket;
}

/** What a row of the table has at hand: a player of another namespace, and a way to ask. */
export interface Scene extends Stage {
  readonly road: Road;
  /** Of a project. */
  readonly token: string;
  readonly socket: TestSocket;
  readonly connectionId: string;
  /** By the road of the row. */
  ask(method: AnyMethod, params: Json, by?: By): Promise<RestReply>;
  login(given: Json, projectToken?: string): Promise<RestReply>;
}

export const namespaceName = "game-0001";

/** Enters a stage by one road. */
export async function enter(stage: Stage, road: Road): Promise<Scene> {
  const { emulator, send } = stage;
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
  const socket = await stage.openSocket();
  const bound = await socket.ask(
    frame("setUserId", { namespaceName: "lobby", accessToken: "accessToken-9999" }, token),
  );
  const { connectionId } = bound.body["item"] as { connectionId: string };
  return {
    ...stage,
    road,
    token,
    socket,
    connectionId,
    async ask(method, params, by = {}) {
      const { name, component } = method;
      const given = by.token === undefined ? token : (by.token ?? undefined);
      return road === "REST"
        ? rest(emulator.url, method, params, { token: given, send })
        : (by.socket ?? socket).ask(frame(name, params, given, component));
    },
    async login(given, projectToken) {
      if (road === "REST") return overRest(given, projectToken);
      const fresh = await stage.openSocket();
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
