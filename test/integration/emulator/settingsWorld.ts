import {
  startEmulator,
  type Emulator,
  type EmulatorSettings,
} from "../../../src/emulator/index.js";
import { allMethods } from "../../../src/wire/allMethods.js";
import type { AnyMethod } from "../../../src/wire/methods.js";
import { frame, RawSocket, restLogin, type Json } from "./rawSocket.js";
import { rest, type RestReply } from "./restCalls.js";

export const namespaceName = "game-0001";
export const userId = "user-0001";
const accessToken = "accessToken-0001";
export const byUser = { namespaceName, userId };
export const byPlayer = { namespaceName, accessToken };

/** A running emulator with some settings, and ways to call it. */
export interface SettingsWorld {
  readonly emulator: Emulator;
  readonly token: string;
  readonly settings: Partial<EmulatorSettings>;
  open(): Promise<RawSocket>;
  /** Opens a socket and binds a player on it; `status` is that of the bind. */
  bind(
    params?: Json,
    socket?: RawSocket,
  ): Promise<{ socket: RawSocket; status: number; body: Json }>;
  call(name: string, params?: Json, headers?: Record<string, string>): Promise<RestReply>;
  /** Whether the server has left the socket open. */
  isOpen(socket: RawSocket): Promise<boolean>;
}

/** Only `advance` moves it. */
const stoppedClock = { now: () => 1_700_000_000_000, setTimer: () => () => {} };

const methodNamed = (name: string): AnyMethod => {
  const method = allMethods.find((one) => one.name === name);
  if (!method) throw new Error(`There is no method ${name}.`);
  return method;
};

/** Runs `observe` at a new emulator with these settings. */
export async function observeWith(
  settings: Partial<EmulatorSettings>,
  observe: (world: SettingsWorld) => Promise<unknown>,
): Promise<unknown> {
  const emulator = await startEmulator({
    namespaces: [namespaceName],
    settings,
    seed: 1,
    clock: stoppedClock,
  });
  const sockets: RawSocket[] = [];
  try {
    const token = await restLogin(emulator.url);
    const open = async () => {
      const socket = await RawSocket.open(emulator.endpoints.webSocket);
      sockets.push(socket);
      return socket;
    };
    return await observe({
      emulator,
      token,
      settings,
      open,
      async bind(params = {}, given?: RawSocket) {
        const socket = given ?? (await open());
        const { status, body } = await socket.ask(
          frame("setUserId", { ...byPlayer, ...params }, token),
        );
        return { socket, status, body };
      },
      call: (name, params = {}, headers = {}) =>
        rest(emulator.url, methodNamed(name), params, { token, headers }),
      async isOpen(socket) {
        const asked = socket.ask(frame("getServiceVersion", {}, token, "namespace"));
        const closed = socket.closed().then(
          () => false,
          () => true,
        );
        return Promise.race([asked.then(() => socket.closeCode === undefined), closed]);
      },
    });
  } finally {
    await emulator.stop();
  }
}
