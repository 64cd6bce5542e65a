import type { EngineConnection } from "../../src/emulator/engine/connections.js";
import { EmulatorEngine } from "../../src/emulator/engine/engine.js";
import { seededIds } from "../../src/emulator/store/ids.js";
import { notify } from "../../src/emulator/controls/notify.js";
import { readSettings, type EmulatorSettings } from "../../src/emulator/settings.js";
import { readFrame } from "../../src/emulator/server/webSocket.js";
import { issueAccessToken } from "../../src/emulator/controls/accessTokens.js";
import { disconnect } from "../../src/emulator/controls/disconnect.js";
import type { WebSocketSession } from "../../src/wire/models.js";
import { loginTarget } from "../../src/wire/frames.js";
import type { Host, Link, Network } from "./network.js";
import type { Random } from "./random.js";
import type { VirtualTime } from "./virtualTime.js";

export const NAMESPACE = "game-0001";

/** What becomes of a request: refused with a status, never answered, or worked on this much later. */
export type RequestFault = number | "silent" | { readonly slowMs: number };

/** What becomes of an answer on its way. `late`: later than those after it. */
export type AnswerFault = "lost" | "doubled" | "late";

/** @param by the link whose request made it happen */
type ToldOfCut = (victim: Link, by: Link | undefined, why: string) => void;

interface Request {
  readonly x_gs2: {
    readonly service: string;
    readonly function: string;
    readonly requestId: string;
  };
  readonly [param: string]: unknown;
}

/** The emulator's own world behind a network that is not there, and what can go wrong at its door. */
export class Server implements Host {
  readonly gateway: EmulatorEngine;
  up = true;
  /** For the next requests of these, in turn. */
  readonly requestFaults: Record<"login" | "setUserId" | "call", RequestFault[]> = {
    login: [],
    setUserId: [],
    call: [],
  };
  readonly answerFaults: AnswerFault[] = [];
  /** Notifications go out twice. */
  doubling = false;
  everDoubled = false;
  readonly userOf = new Map<string, string>();
  readonly #lines = new Map<Link, EngineConnection>();
  readonly #chance: Random;
  readonly #time: VirtualTime;
  #serving: Link | undefined;

  constructor(
    network: Network,
    chance: Random,
    settings: Partial<EmulatorSettings>,
    private readonly toldOfCut: ToldOfCut,
  ) {
    const { time } = network;
    this.#time = time;
    this.#chance = chance;
    network.host = this;
    this.gateway = new EmulatorEngine(
      {
        settings: readSettings(settings),
        strict: false,
        credentials: [],
        namespaces: [NAMESPACE],
        seed: 0,
        ids: seededIds(chance.between(0, 2 ** 31)),
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
    const line = this.gateway.open({
      send: (text) => this.#send(link, text),
      close: (code, why) => {
        this.toldOfCut(link, this.#serving, why);
        link.end(code, why);
      },
      // The network of the simulation does that by itself.
      goHalfOpen: () => undefined,
    });
    link.connectionId = line.connectionId;
    this.#lines.set(link, line);
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
    const work = (): void => {
      const line = this.#lines.get(link);
      if (!line?.isOpen()) return;
      line.touch();
      if (service === "game") {
        // Another service of GS2 on the same socket: it answers what it was asked.
        this.#send(
          link,
          JSON.stringify({ requestId, status: 200, body: { said: params["said"] } }),
        );
        return;
      }
      this.#serving = link;
      readFrame(this.gateway, line, text);
      this.#serving = undefined;
    };
    if (fault) this.#time.after(fault.slowMs, work);
    else work();
  }

  ended(link: Link, code: number): void {
    this.#lines.get(link)?.closed(code);
    this.#lines.delete(link);
  }

  /** The login over REST. */
  login(params: Readonly<Record<string, unknown>>): { status: number; text: string } {
    const fault = this.requestFaults.login.shift();
    if (typeof fault === "number") return { status: fault, text: "{}" };
    let answer = { status: 500, text: "{}" };
    const ask = { transport: "rest", target: loginTarget, params } as const;
    this.gateway.handleRequest(
      { ...ask, projectToken: undefined, accessToken: undefined, connectionId: undefined },
      undefined,
      ({ status, body }) => void (answer = { status, text: JSON.stringify(body) }),
    );
    return answer;
  }

  issue(userId: string, expiresInMs?: number): string {
    const { accessToken } = this.gateway.transact((world, now) =>
      issueAccessToken(world, { userId, expiresInMs }, now),
    );
    this.userOf.set(accessToken, userId);
    return accessToken;
  }

  notify(userId: string, payload: unknown): void {
    this.gateway.transact((world, now) =>
      notify(world, { userId, key: "news", payload, namespaceName: NAMESPACE }, now),
    );
  }

  /** Somebody at the server ends this player's sessions. */
  disconnect(userId: string): void {
    this.gateway.transact((world) => disconnect(world, { userId }));
  }

  /** Every line ends, as the process does; what is in the data file is still known. */
  restart(downMs: number, code: number): void {
    this.up = false;
    for (const link of [...this.#lines.keys()]) {
      if (code === 1006) link.drop();
      else link.end(code, "restart");
    }
    this.#time.after(downMs, () => void (this.up = true));
  }

  /** All tokens given so far are worth nothing any more. */
  forgetTokens(which: "projectTokens" | "accessTokens"): void {
    this.gateway.store[which].clear();
  }

  sessions(): WebSocketSession[] {
    return this.gateway.sessions();
  }

  /** Whatever was to go wrong yet does not. */
  clearUp(): void {
    this.up = true;
    this.doubling = false;
    this.answerFaults.length = 0;
    for (const faults of Object.values(this.requestFaults)) faults.length = 0;
  }

  #send(link: Link, text: string): void {
    if (!text.startsWith('{"requestId"')) {
      link.say(text);
      if (this.doubling) link.say(text);
      return;
    }
    const fault = this.answerFaults.shift();
    if (fault === "lost") return;
    if (fault === "late") {
      this.#time.after(this.#chance.between(50, 4_000), () => link.say(text));
      return;
    }
    link.say(text);
    if (fault === "doubled") link.say(text);
  }
}
