import type { Random } from "./random.js";

/** What a provider of tokens does in place of answering. */
export type ProviderFault =
  | { readonly type: "throws" | "rejects" | "answers"; readonly value: unknown }
  | { readonly type: "takes"; readonly ms: number }
  | { readonly type: "neverSettles" };

/** An error that has no text. */
const WITHOUT_TEXT = {
  toString(): string {
    throw new Error("no text");
  },
};

export const THROWN_ERROR = new Error("thrown by the game");

/** What code of the game may throw or reject with. */
const THROWN: readonly unknown[] = [
  undefined,
  null,
  "thrown by the game",
  42,
  THROWN_ERROR,
  { reason: "thrown by the game" },
  Object.create(null),
  WITHOUT_TEXT,
];

const NO_TOKENS: readonly unknown[] = [undefined, null, 42, "", {}, [], { token: 42 }, () => "a"];

export const isThrownByGame = (error: unknown): boolean => THROWN.includes(error);

export const pickThrown = (random: Random): unknown => random.pick(THROWN);

export function drawProviderFault(random: Random): ProviderFault {
  switch (random.between(0, 5)) {
    case 0:
      return { type: "throws", value: random.pick(THROWN) };
    case 1:
      return { type: "rejects", value: random.pick(THROWN) };
    case 2:
      return { type: "answers", value: random.pick(NO_TOKENS) };
    case 3:
      return { type: "takes", ms: random.between(1_000, 120_000) };
    default:
      return { type: "neverSettles" };
  }
}

/** One request for a token. */
export interface TokenRequest {
  /** `project`, or the slot. */
  readonly of: string;
  readonly at: number;
  isSettled: boolean;
  /** When it brought a token. */
  tokenAt?: number;
}

/** A provider of tokens, and its faults. */
export class TokenProvider {
  fault: ProviderFault | undefined;
  readonly requests: TokenRequest[] = [];

  constructor(
    private readonly of: string,
    private readonly now: () => number,
    private readonly delay: (ms: number) => Promise<void>,
  ) {}

  request(answer: () => Promise<unknown>): unknown {
    const request: TokenRequest = { of: this.of, at: this.now(), isSettled: false };
    this.requests.push(request);
    const settled = (): void => void (request.isSettled = true);
    const { fault } = this;
    switch (fault?.type) {
      case "throws":
        settled();
        throw fault.value;
      case "rejects":
        settled();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- on purpose
        return Promise.reject(fault.value);
      case "answers":
        settled();
        return fault.value;
      case "neverSettles":
        return new Promise(() => undefined);
      default: {
        const result = fault ? this.delay(fault.ms).then(answer) : answer();
        result.then(() => {
          settled();
          request.tokenAt = this.now();
        }, settled);
        return result;
      }
    }
  }
}

interface Cyclic {
  self?: Cyclic;
}

/** Parameters that JSON cannot write. */
export function drawUnwritable(random: Random): Record<string, unknown> {
  const cycle: Cyclic = {};
  cycle.self = cycle;
  return random.pick<Record<string, unknown>>([
    { amount: 10n },
    { cycle },
    {
      get value(): never {
        throw new Error("a getter threw");
      },
    },
    {
      nested: {
        toJSON(): never {
          throw new Error("toJSON threw");
        },
      },
    },
  ]);
}

/** No durations. */
export const NO_TIMES: readonly unknown[] = [NaN, -1, -Infinity, 2 ** 31, {}];

/** Names of slots that a plain object or a log may not cope with. */
export const ODD_SLOTS: readonly string[] = ["__proto__", "toString", "", "x".repeat(5_000)];
