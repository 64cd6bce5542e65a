// Compiled, not run: every line compiles, except those marked with @ts-expect-error.
import type { CallDefinition, GatewayClient, Mark } from "gs2-gateway";
import {
  complete,
  defineCall,
  doMatchmaking,
  getGathering,
  increaseCounterByUserId,
  loginBySignature,
  signIn,
  takeOverAccount,
  transaction,
  type Gathering,
} from "gs2-gateway/calls";
import * as v from "valibot";
import { describe, expectTypeOf, it } from "vitest";

declare const gateway: GatewayClient;
const mm = { namespaceName: "mm-0001" };

describe("a call of a definition", () => {
  it("types its parameters", () => {
    void gateway.call(doMatchmaking, {
      ...mm,
      player: { attributes: [{ name: "level", value: 1 }] },
    });
    // @ts-expect-error player is required
    void gateway.call(doMatchmaking, mm);
    // @ts-expect-error namespaceName is required
    void gateway.call(doMatchmaking, { player: {} });
    // @ts-expect-error no such parameter
    void gateway.call(doMatchmaking, { ...mm, player: {}, gathering: "g" });
    // @ts-expect-error value is a number
    void gateway.call(doMatchmaking, {
      ...mm,
      player: { attributes: [{ name: "level", value: "1" }] },
    });
    const once = { duplicationAvoider: "once-0001" };
    void gateway.call(doMatchmaking, { ...mm, ...once, player: {} });
    // @ts-expect-error the official client's request has none
    void gateway.call(getGathering, { ...mm, gatheringName: "g", duplicationAvoider: "a" });
    // @ts-expect-error parameters are required
    void gateway.call(loginBySignature);
  });

  it("types its options", () => {
    void gateway.call(
      doMatchmaking,
      { ...mm, player: {} },
      { via: "rest", slot: "guild", timeoutMs: 1 },
    );
    // @ts-expect-error no such way
    void gateway.call(doMatchmaking, { ...mm, player: {} }, { via: "pigeon" });
  });

  it("types its result", async () => {
    const { item } = await gateway.call(doMatchmaking, { ...mm, player: {} });
    expectTypeOf(item).toEqualTypeOf<Gathering | null | undefined>();
    const counter = { ...mm, counterName: "wins", userId: "alice", value: 1 };
    const counted = await gateway.call(increaseCounterByUserId, counter);
    expectTypeOf(counted.item.values[0]!.value).toEqualTypeOf<number>();
    // @ts-expect-error no such field
    expectTypeOf(counted.item.total).toBeNumber();
  });

  it("by its names stays as it was", async () => {
    const names = { service: "matchmaking", component: "gathering", function: "ping" };
    const result = await gateway.call<{ item: string }>({ ...names, params: mm }, { timeoutMs: 1 });
    expectTypeOf(result.item).toEqualTypeOf<string>();
  });
});

describe("defineCall", () => {
  const names = { service: "s", component: "c", function: "f", socket: "unknown" } as const;

  it("takes its types by name, or from schemas", async () => {
    const named = defineCall<{ id: string }, { item: number }>({ ...names, required: ["id"] });
    expectTypeOf(await gateway.call(named, { id: "1" })).toEqualTypeOf<{ item: number }>();
    expectTypeOf(named).toExtend<CallDefinition<{ id: string }, { item: number }>>();
    const checked = defineCall({
      ...names,
      params: v.object({ id: v.string() }),
      result: v.object({ item: v.number() }),
    });
    expectTypeOf(await gateway.call(checked, { id: "1" })).toEqualTypeOf<{ item: number }>();
    // @ts-expect-error id is a text
    void gateway.call(checked, { id: 1 });
  });

  it("rejects required parameters that do not exist, and names that are missing", () => {
    // @ts-expect-error no such parameter
    defineCall<{ id: string }, object>({ ...names, required: ["userId"] });
    // @ts-expect-error a service is required
    defineCall({ component: "c", function: "f", socket: "seen" });
  });
});

describe("signIn and transaction", () => {
  it("type their options", async () => {
    const account = { accountNamespaceName: "account-0001", keyId: "grn" };
    const { userId, binding } = await signIn(gateway, { ...account, allowConcurrentAccess: false });
    expectTypeOf(userId).toEqualTypeOf<string>();
    expectTypeOf(binding.slot).toEqualTypeOf<string>();
    // @ts-expect-error keyId is required
    void signIn(gateway, { accountNamespaceName: "account-0001" });
    // @ts-expect-error the token is made by signIn
    void signIn(gateway, { ...account, accessToken: "token" });
    // @ts-expect-error the password of the setting is required
    void takeOverAccount(gateway, { ...account, type: 0, userIdentifier: "a" });
  });

  it("type the result", async () => {
    const task = { ...mm, missionGroupName: "daily", missionTaskName: "m1" };
    const done = await transaction(gateway, await gateway.call(complete, task));
    expectTypeOf(done.transactionId).toEqualTypeOf<string | undefined>();
    const since: Mark = gateway.mark();
    void transaction(gateway, { transactionId: "t" }, { since });
    // @ts-expect-error a page of items issues no transaction
    void transaction(gateway, { items: [] });
  });
});
