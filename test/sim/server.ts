import type { EngineConnection } from "../../src/emulator/engine/connections.js";
import { EmulatorEngine } from "../../src/emulator/engine/engine.js";
import { seededIds } from "../../src/emulator/store/ids.js";
import { notify } from "../../src/emulator/controls/notify.js";
import { readSettings, type EmulatorSettings } from "../../src/emulator/settings.js";
import { readFrame } from "../../src/emulator/requests/frames.js";
import { issueAccessToken } from "../../src/emulator/controls/accessTokens.js";
import { disconnect } from "../../src/emulator/controls/disconnect.js";
import type { WebSocketSession } from "../../src/wire/models.js";
import { loginTarget } from "../../src/wire/frames.js";
import type { Link, Network, ServerEndpoint } from "./network.js";
import type { Random } from "./random.js";
import type { VirtualTime } from "./virtualTime.js";

export const NAMESPACE = "game-0001";
export const OTHER_NAMESPACE = "game-0002";

/** A status refuses the request; `silent`: no reply; `slowMs` delays its handling. */
export type RequestFault = number | "silent" | { readonly slowMs: number };

/** `late`: after replies that were sent later. */
export type ReplyFault = "lost" | "doubled" | "late";

/** A call of another service of GS2. */
export interface ServiceCall {
  readonly function: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Undefined without a valid access token. */
  readonly userId: string | undefined;
}

export interface ServiceReply {
  readonly status: number;
  readonly body: object;
}

/** @param by the link whose request caused the cut */
type OnSessionCut = (cut: Link, by: Link | undefined, reason: string) => void;

interface Request {
  readonly x_gs2: {
    readonly service: string;
    readonly function: string;
    readonly requestId: string;
  };
  readonly [param: string]: unknown;
}

/** The emulator's engine on the simulated network, with faults of requests and replies. */
export class Server implements ServerEndpoint {
  readonly engine: EmulatorEngine;
  up = true;
  /** One for each of the next requests of this kind. */
  readonly requestFaults: Record<"login" | "setUserId" | "call", RequestFault[]> = {
    login: [],
    setUserId: [],
    call: [],
  };
  readonly replyFaults: ReplyFault[] = [];
  duplicatesNotifications = false;
  hasDuplicatedNotifications = false;
  readonly userOf = new Map<string, string>();
  /** Answers calls of other services; undefined: no reply. */
  handleService: ((call: ServiceCall) => ServiceReply | undefined) | undefined;
  readonly #connections = new Map<Link, EngineConnection>();
  readonly #random: Random;
  readonly #time: VirtualTime;
  #serving: Link | undefined;

  constructor(
    network: Network,
    random: Random,
    settings: Partial<EmulatorSettings>,
    private readonly onSessionCut: OnSessionCut,
  ) {
    const { time } = network;
    this.#time = time;
    this.#random = random;
    network.server = this;
    this.engine = new EmulatorEngine(
      {
        settings: readSettings(settings),
        strict: false,
        credentials: [],
        namespaces: [NAMESPACE, OTHER_NAMESPACE],
        seed: 0,
        ids: seededIds(random.between(0, 2 ** 31)),
        url: () => "http://nowhere.test",
      },
      {
        now: () => time.now,
        setTimer(run, ms) {
          const timer = time.after(ms, run);
          return () => void (timer.cancelled = true);
        },
      },
      () => undefined,
    );
  }

  opened(link: Link): void {
    const connection = this.engine.open({
      send: (text) => this.#send(link, text),
      close: (code, reason) => {
        this.onSessionCut(link, this.#serving, reason);
        link.closeFromServer(code, reason);
      },
      // Half-open links are made by the simulated network.
      goHalfOpen: () => undefined,
    });
    link.connectionId = connection.connectionId;
    this.#connections.set(link, connection);
  }

  received(link: Link, text: string): void {
    const { x_gs2: target, ...params } = JSON.parse(text) as Request;
    const { service, function: name, requestId } = target;
    const kind = name === "login" || name === "setUserId" ? name : "call";
    const fault = this.requestFaults[kind].shift();
    const refuse = (status: number): void => {
      const message = JSON.stringify([{ component: name, message: "x.error.fault" }]);
      this.#send(link, JSON.stringify({ requestId, status, body: { message } }));
    };
    if (fault === "silent") return;
    if (typeof fault === "number") return refuse(fault);
    const handle = (): void => {
      const connection = this.#connections.get(link);
      if (!connection?.isOpen()) return;
      connection.touch();
      if (service === "game") {
        // Another service of GS2 on the same socket.
        this.#send(
          link,
          JSON.stringify({ requestId, status: 200, body: { echo: params["echo"] } }),
        );
        return;
      }
      if (service === "mission") {
        const userId = this.userWith(params["xGs2AccessToken"]);
        const reply = this.handleService?.({ function: name, params, userId });
        if (reply) this.#send(link, JSON.stringify({ requestId, ...reply }));
        return;
      }
      this.#serving = link;
      readFrame(this.engine, connection, text);
      this.#serving = undefined;
    };
    if (fault) this.#time.after(fault.slowMs, handle);
    else handle();
  }

  ended(link: Link, code: number): void {
    this.#connections.get(link)?.closed(code);
    this.#connections.delete(link);
  }

  /** The login over REST. */
  login(params: Readonly<Record<string, unknown>>): { status: number; text: string } {
    const fault = this.requestFaults.login.shift();
    if (typeof fault === "number") return { status: fault, text: "{}" };
    let reply = { status: 500, text: "{}" };
    const request = { transport: "rest", target: loginTarget, params } as const;
    this.engine.handleRequest(
      { ...request, projectToken: undefined, accessToken: undefined, connectionId: undefined },
      undefined,
      ({ status, body }) => void (reply = { status, text: JSON.stringify(body) }),
    );
    return reply;
  }

  issue(userId: string, expiresInMs?: number): string {
    const { accessToken } = this.engine.transact((store, now) =>
      issueAccessToken(store, { userId, expiresInMs }, now),
    );
    this.userOf.set(accessToken, userId);
    return accessToken;
  }

  /** The player of a token that is valid. */
  userWith(accessToken: unknown): string | undefined {
    const token = String(accessToken);
    return this.engine.store.accessTokens.has(token) ? this.userOf.get(token) : undefined;
  }

  notify(userId: string, payload: unknown, key = "news"): void {
    this.engine.transact((store, now) => notify(store, { userId, key, payload }, now));
  }

  /** Ends all sessions of this player. */
  disconnect(userId: string): void {
    this.engine.transact((store) => disconnect(store, { userId }));
  }

  /** Closes every connection; the emulator's state is kept. */
  restart(downMs: number, code: number): void {
    this.up = false;
    for (const link of [...this.#connections.keys()]) {
      if (code === 1006) link.drop();
      else link.closeFromServer(code, "restart");
    }
    this.#time.after(downMs, () => void (this.up = true));
  }

  /** Invalidates all tokens issued so far. */
  forgetTokens(which: "projectTokens" | "accessTokens"): void {
    this.engine.store[which].clear();
  }

  sessions(): WebSocketSession[] {
    return this.engine.sessions();
  }

  endFaults(): void {
    this.up = true;
    this.duplicatesNotifications = false;
    this.replyFaults.length = 0;
    for (const faults of Object.values(this.requestFaults)) faults.length = 0;
  }

  #send(link: Link, text: string): void {
    if (!text.startsWith('{"requestId"')) {
      link.sendToClient(text);
      if (this.duplicatesNotifications) link.sendToClient(text);
      return;
    }
    const fault = this.replyFaults.shift();
    if (fault === "lost") return;
    if (fault === "late") {
      this.#time.after(this.#random.between(50, 4_000), () => link.sendToClient(text));
      return;
    }
    link.sendToClient(text);
    if (fault === "doubled") link.sendToClient(text);
  }
}
