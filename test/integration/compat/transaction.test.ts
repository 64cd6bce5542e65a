import { describe, expect, test } from "vitest";
import Gs2Core, {
  AcquireActionResult,
  BasicGs2Credential,
  ConsumeActionResult,
  Gs2RestSession,
  TransactionResult,
  VerifyActionResult,
} from "../../../src/compat/core.js";

// Shapes of the official TypeScript SDK that is newer than the package `gs2` of the other tests.

describe("a REST session", () => {
  const credential = new BasicGs2Credential("client", "secret");

  test.each([
    ["none", undefined, { compressRequest: true, acceptGzipResponse: true }],
    ["one", { compressRequest: false }, { compressRequest: false, acceptGzipResponse: true }],
    [
      "the other",
      { acceptGzipResponse: false },
      { compressRequest: true, acceptGzipResponse: false },
    ],
  ])("takes options as its third argument, in either order: %s", (_, options, fields) => {
    const region = "us-east-1";
    for (const session of [
      new Gs2RestSession(credential, region, options),
      new Gs2RestSession(region, credential, options),
    ]) {
      expect(session).toMatchObject({ ...fields, credential, region });
    }
  });
});

describe("a transaction result", () => {
  const data = {
    transactionId: "t-1",
    verifyResults: [{ action: "a", verifyRequest: "{}", statusCode: 200, verifyResult: "{}" }],
    consumeResults: [{ action: "b", consumeRequest: "{}", statusCode: 200, consumeResult: "{}" }],
    acquireResults: [{ action: "c", acquireRequest: "{}", statusCode: 409, acquireResult: "{}" }],
  };

  test("has the three kinds of action results as models", () => {
    const result = TransactionResult.fromDict(data)!;
    expect(result.getTransactionId()).toBe("t-1");
    expect(result.getVerifyResults()![0]).toBeInstanceOf(VerifyActionResult);
    expect(result.getConsumeResults()![0]).toBeInstanceOf(ConsumeActionResult);
    expect(result.getAcquireResults()![0]).toBeInstanceOf(AcquireActionResult);
    expect(result.getAcquireResults()![0]!.getStatusCode()).toBe(409);
    expect(result.toDict()).toEqual(data);
  });

  test("can be built, and is null for nothing", () => {
    const action = new VerifyActionResult().withAction("a").withStatusCode(200);
    const built = new TransactionResult().withTransactionId("t-2").withVerifyResults([action]);
    expect(built.getVerifyResults()).toEqual([action]);
    expect(TransactionResult.fromDict(null)).toBeNull();
    expect(new TransactionResult().toDict()).toEqual({
      transactionId: null,
      verifyResults: [],
      consumeResults: [],
      acquireResults: [],
    });
  });

  test("is in the object of all exports too", () => {
    expect(Gs2Core).toMatchObject({
      TransactionResult,
      VerifyActionResult,
      ConsumeActionResult,
      AcquireActionResult,
    });
  });
});
