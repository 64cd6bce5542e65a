import { describe, expectTypeOf, it } from "vitest";
import {
  EmulatorError,
  type CallDefinition,
  type Emulator,
  type EmulatorControls,
  type FunctionCall,
} from "../../src/emulator/index.js";

declare const emulator: Emulator;
declare const doMatchmaking: CallDefinition<
  { namespaceName: string; player?: object },
  { item: { name: string } }
>;

describe("emulator.handle", () => {
  it("types parameters and result by a definition", () => {
    emulator.handle(doMatchmaking, ({ params, userId }) => {
      expectTypeOf(params).toEqualTypeOf<{ namespaceName: string; player?: object }>();
      expectTypeOf(userId).toEqualTypeOf<string | undefined>();
      return { item: { name: "g-1" } };
    });
    emulator.handle(doMatchmaking, async () => ({ item: { name: "g-1" } }));
    // @ts-expect-error a wrong field in the result
    emulator.handle(doMatchmaking, () => ({ item: { name: 1 } }));
    // @ts-expect-error the result is missing
    emulator.handle(doMatchmaking, () => ({}));
    // @ts-expect-error an unknown parameter
    emulator.handle(doMatchmaking, ({ params }) => ({ item: { name: String(params.gathering) } }));
  });

  it("has a player where the options require one", () => {
    const handler = ({ userId }: { userId: string }) => ({ item: { name: userId } });
    emulator.handle(doMatchmaking, handler, { requirePlayer: true });
    emulator.handle("a", "b", "c", ({ userId }) => userId.length, { requirePlayer: true });
    // @ts-expect-error perhaps no player
    emulator.handle(doMatchmaking, handler);
  });

  it("takes names instead of a definition, and returns a function that removes the handler", () => {
    const remove = emulator.handle("chat", "room", "post", (call) => {
      expectTypeOf(call.params).toEqualTypeOf<Readonly<Record<string, unknown>>>();
      expectTypeOf(call.emulator).toEqualTypeOf<EmulatorControls>();
      expectTypeOf(call.signal).toEqualTypeOf<AbortSignal>();
    });
    expectTypeOf(remove).toEqualTypeOf<() => void>();
    emulator.handle("chat", "room", "post", (_: FunctionCall<{ text: string }>) => ({}));
    // @ts-expect-error no handler
    emulator.handle("chat", "room", "post");
    // @ts-expect-error PATCH is no verb of GS2
    emulator.handle("chat", "room", "post", () => ({}), { rest: { verb: "PATCH", path: "/" } });
  });
});

describe("EmulatorError", () => {
  it("takes a status and GS2's errors", () => {
    const error = new EmulatorError(404, [{ component: "a", message: "b" }]);
    expectTypeOf(error.status).toEqualTypeOf<number>();
    // @ts-expect-error errors have a component
    new EmulatorError(404, [{ message: "b" }]);
  });
});
