import { describe, expect, test } from "vitest";
import type { GatewayErrorKind } from "../../../src/errors.js";
import { kindOfStatus, classifyFailure, type Recovery } from "../../../src/wire/failures.js";
import { statuses } from "../../golden/golden.js";

describe("kindOfStatus", () => {
  test.each(Object.entries(statuses))("of %s is %s", (status, kind) => {
    expect(kindOfStatus(Number(status))).toBe(kind);
  });

  test("of 405 is conflict, as in the Go SDK", () => {
    expect(kindOfStatus(405)).toBe("conflict");
  });

  test.each([100, 201, 204, 301, 403, 410, 418, 429, 501, 599, -1])(
    "of %d, which GS2 does not list, is unknown",
    (status) => {
      expect(kindOfStatus(status)).toBe("unknown");
    },
  );

  test.each([NaN, 0])("of a missing status (%d) is protocol", (status) => {
    expect(kindOfStatus(status)).toBe("protocol");
  });
});

const recoveries: Record<GatewayErrorKind, [recovery: Recovery, why: string]> = {
  badRequest: ["final", "the same request fails again"],
  unauthorized: ["renew", "a token may have expired"],
  quotaLimitExceeded: ["retry", "the quota fills up again"],
  notFound: ["final", "a namespace does not appear by a repeat"],
  conflict: ["replaced", "another client holds the binding"],
  internalServerError: ["retry", "the server may recover"],
  badGateway: ["retry", "the server may recover"],
  serviceUnavailable: ["retry", "the server says that it will recover"],
  requestTimeout: ["retry", "no reply came in time"],
  notConnected: ["retry", "the network may come back"],
  replaced: ["retry", "never sent by GS2"],
  aborted: ["retry", "never sent by GS2"],
  invalidArgument: ["final", "the argument stays wrong"],
  protocol: ["retry", "the next reply may be readable"],
  gap: ["retry", "never sent by GS2"],
  push: ["retry", "never sent by GS2"],
  unknown: ["retry", "the cause is unknown"],
};

describe("classifyFailure", () => {
  test.each(Object.entries(recoveries).map(([kind, rest]) => [kind as GatewayErrorKind, ...rest]))(
    "classifies %s as %s: %s",
    (kind, recovery) => {
      expect(classifyFailure(kind)).toBe(recovery);
    },
  );
});
