import { describe, expect, test } from "vitest";
import type { GatewayErrorKind } from "../../../src/errors.js";
import { kindOfStatus, classifyFailure, type Recovery } from "../../../src/wire/failures.js";
import { statuses } from "../../golden/golden.js";

describe("a status", () => {
  test.each(Object.entries(statuses))("of %s means %s", (status, kind) => {
    expect(kindOfStatus(Number(status))).toBe(kind);
  });

  test("of 405 means what the Go SDK takes it for", () => {
    expect(kindOfStatus(405)).toBe("conflict");
  });

  test.each([100, 201, 204, 301, 403, 410, 418, 429, 501, 599, -1])(
    "of %d, which GS2 does not list, is unknown",
    (status) => {
      expect(kindOfStatus(status)).toBe("unknown");
    },
  );

  test.each([NaN, 0])("that is missing (%d) cannot be read", (status) => {
    expect(kindOfStatus(status)).toBe("protocol");
  });
});

const endings: Record<GatewayErrorKind, [ending: Recovery, why: string]> = {
  badRequest: ["final", "the same request is bad again"],
  unauthorized: ["renew", "a token may merely be old"],
  quotaLimitExceeded: ["retry", "the quota fills up again"],
  notFound: ["final", "a namespace does not appear by asking"],
  conflict: ["replaced", "somebody else holds the place"],
  internalServerError: ["retry", "the server may recover"],
  badGateway: ["retry", "the server may recover"],
  serviceUnavailable: ["retry", "the server says that it will recover"],
  requestTimeout: ["retry", "no answer came in time"],
  notConnected: ["retry", "the network may come back"],
  replaced: ["retry", "GS2 never answers this"],
  aborted: ["retry", "GS2 never answers this"],
  invalidArgument: ["final", "the argument stays wrong"],
  protocol: ["retry", "the next answer may be readable"],
  gap: ["retry", "GS2 never answers this"],
  push: ["retry", "GS2 never answers this"],
  unknown: ["retry", "nobody knows, so hope"],
};

describe("an ending", () => {
  test.each(Object.entries(endings).map(([kind, rest]) => [kind as GatewayErrorKind, ...rest]))(
    "of kind %s is sorted as %s: %s",
    (kind, ending) => {
      expect(classifyFailure(kind)).toBe(ending);
    },
  );
});
