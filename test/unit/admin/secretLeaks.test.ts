// Servers and networks quote what they get. Errors and logs of an admin contain no secret of it.
import { describe, expect, test } from "vitest";
import type { GatewayAdmin } from "../../../src/admin/index.js";
import type { FileFetch } from "../../../src/http/upload.js";
import { ProjectTokenGs2Credential } from "../../../src/compat/credentials.js";
import { Gs2GatewayRestClient } from "../../../src/compat/gateway.js";
import { GetNamespaceRequest } from "../../../src/compat/request.js";
import { Gs2RestSession } from "../../../src/compat/restSession.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";
import { rejectionOf } from "../../support/promises.js";
import { createFakeAdmin, type SentRequest, type Reply } from "./fakes.js";

const uploadUrl = `https://files.test/put?X-Signature=${encodeURIComponent(plantedSecret("signature"))}`;

const uses: Record<string, (admin: GatewayAdmin) => Promise<unknown>> = {
  "a Firebase token": (admin) =>
    admin.setFirebaseToken({
      accessToken: plantedSecret("access"),
      token: plantedSecret("firebase"),
    }),
  "the secret of a new namespace": (admin) =>
    admin.createNamespace({ name: "n", firebaseSecret: plantedSecret("firebaseSecret") }),
  "the secret of a namespace": (admin) =>
    admin.updateNamespace({ firebaseSecret: plantedSecret("firebaseSecret") }),
  "an access token": (admin) => admin.getFirebaseToken({ accessToken: plantedSecret("access") }),
  "an upload token": (admin) =>
    admin.importUserDataByUserId({ userId: "alice", uploadToken: plantedSecret("upload") }),
  "a whole import": (admin) => admin.importUserData({ userId: "alice", data: {} }),
  "a whole export": (admin) => admin.exportUserData({ userId: "alice" }, { timeoutMs: 3_000 }),
};

/** The texts of a request that may contain a secret, decoded. */
const quoted = ({ url, headers, body }: SentRequest): string =>
  [
    decodeURIComponent(url),
    ...Object.values(headers),
    typeof body === "string" ? Object.values(JSON.parse(body) as object).join(" ") : "",
  ].join(" ");

const list = (text: string) => ({
  message: JSON.stringify([{ component: text, message: text, code: text }]),
});

const responses: Record<string, (text: string) => Reply> = {
  "400 and a list": (text) => [400, list(text)],
  "401 and a list": (text) => [401, list(text)],
  "409 and a list": (text) => [409, list(text)],
  "500 and a list": (text) => [500, list(text)],
  "400 and plain text": (text) => [400, { message: text }],
  "502 and a page": (text) => [502, `<pre>${text}</pre>`],
  "200 and no JSON": (text) => [200, text],
  silence: () => "silence",
  "a network that is not there": () => new TypeError("fetch failed"),
};

describe.each(Object.entries(uses))("an admin that sends %s", (_, use) => {
  test.each(Object.entries(responses))(
    "leaks no secret with the response: %s",
    async (_, responseOf) => {
      const { admin, logged, requests, finish } = createFakeAdmin(
        (request) =>
          request.url.endsWith("/prepare")
            ? [200, { uploadToken: plantedSecret("upload"), uploadUrl }]
            : responseOf(quoted(request)),
        { credential: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") } },
        () => [200, { access_token: plantedSecret("project"), expires_in: 3_600 }],
      );
      const error = await rejectionOf(finish(use(admin)));
      expect(leakedSecrets(requests), "what was sent").not.toEqual([]);
      expect(leakedSecrets([error, logged, admin])).toEqual([]);
    },
  );
});

test.each(Object.entries(responses))(
  "a login with the response %s leaks no secret",
  async (_, responseOf) => {
    const { admin, logged, logins, finish } = createFakeAdmin(
      () => [200, {}],
      { credential: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") } },
      () => responseOf(quoted(logins.at(-1)!)),
    );
    const error = await rejectionOf(finish(admin.getNamespace()));
    expect(leakedSecrets(logins), "what was sent").not.toEqual([]);
    expect(leakedSecrets([error, logged, admin])).toEqual([]);
  },
);

test("an unknown secret is found, so the check works", async () => {
  const unknown = plantedSecret("unknown");
  const refused = createFakeAdmin(() => [400, list(unknown)]);
  expect(leakedSecrets(await rejectionOf(refused.finish(refused.admin.getNamespace())))).toEqual([
    "unknown",
  ]);
  const failed = createFakeAdmin(
    () => new TypeError("fetch failed", { cause: new Error(unknown) }),
  );
  expect(
    leakedSecrets(await rejectionOf(failed.finish(failed.admin.createNamespace({ name: "n" })))),
  ).toEqual(["unknown"]);
  const threw = createFakeAdmin(() => [200, {}]);
  const onProgress = () => {
    throw new Error(unknown);
  };
  await rejectionOf(
    threw.finish(threw.admin.exportUserData({ userId: "a" }, { onProgress, timeoutMs: 500 })),
  );
  expect(leakedSecrets(threw.logged)).toEqual(["unknown"]);
});

describe("the error of fetch, which quotes header values,", () => {
  const fetch = globalThis.fetch as FileFetch;

  test("does not contain a project token that fits no header", async () => {
    const projectToken = `${plantedSecret("project")}\nand more`;
    const options = (source: string | (() => string)) => ({
      credential: { clientId: "client-0001", projectToken: source },
      fetch,
    });
    const { admin, finish } = createFakeAdmin(
      () => [200, {}],
      options(() => projectToken),
    );
    expect(leakedSecrets(await rejectionOf(finish(admin.getNamespace())))).toEqual([]);
    const made = (async () => createFakeAdmin(() => [200, {}], options(projectToken)))();
    expect(leakedSecrets(await rejectionOf(made))).toEqual([]);
  });

  test("does not contain a project token of the official package's session", async () => {
    const credential = new ProjectTokenGs2Credential(
      "client-0001",
      `${plantedSecret("moved")}\nand more`,
    );
    const session = new Gs2RestSession("ap-northeast-1", credential);
    await session.connect();
    const request = new GetNamespaceRequest().withNamespaceName("n");
    const error = await rejectionOf(new Gs2GatewayRestClient(session).getNamespace(request));
    expect(leakedSecrets(error)).toEqual([]);
  });
});
