// What the servers and the network of an administrator quote, nobody hears.
import { describe, expect, test } from "vitest";
import type { GatewayAdmin } from "../../../src/admin/index.js";
import type { FileFetch } from "../../../src/http/upload.js";
import { ProjectTokenGs2Credential } from "../../../src/compat/credentials.js";
import { Gs2GatewayRestClient } from "../../../src/compat/gateway.js";
import { GetNamespaceRequest } from "../../../src/compat/request.js";
import { Gs2RestSession } from "../../../src/compat/restSession.js";
import { canariesIn, canary } from "../../support/secretLeaks.js";
import { rejection } from "../../support/settled.js";
import { fakeWorld, type Ask, type Reply } from "./fakes.js";

const uploadUrl = `https://files.test/put?X-Signature=${encodeURIComponent(canary("signature"))}`;

const uses: Record<string, (admin: GatewayAdmin) => Promise<unknown>> = {
  "a Firebase token": (admin) =>
    admin.setFirebaseToken({ accessToken: canary("access"), token: canary("firebase") }),
  "the secret of a new namespace": (admin) =>
    admin.createNamespace({ name: "n", firebaseSecret: canary("firebaseSecret") }),
  "the secret of a namespace": (admin) =>
    admin.updateNamespace({ firebaseSecret: canary("firebaseSecret") }),
  "an access token": (admin) => admin.getFirebaseToken({ accessToken: canary("access") }),
  "an upload token": (admin) =>
    admin.importUserDataByUserId({ userId: "alice", uploadToken: canary("upload") }),
  "a whole import": (admin) => admin.importUserData({ userId: "alice", data: {} }),
  "a whole export": (admin) => admin.exportUserData({ userId: "alice" }, { timeoutMs: 3_000 }),
};

/** Every text of a request that may hold a secret, as it was before it was put into JSON or an address. */
const quoted = ({ url, headers, body }: Ask): string =>
  [
    decodeURIComponent(url),
    ...Object.values(headers),
    typeof body === "string" ? Object.values(JSON.parse(body) as object).join(" ") : "",
  ].join(" ");

const list = (said: string) => ({
  message: JSON.stringify([{ component: said, message: said, code: said }]),
});

const roads: Record<string, (said: string) => Reply> = {
  "400 and a list": (said) => [400, list(said)],
  "401 and a list": (said) => [401, list(said)],
  "409 and a list": (said) => [409, list(said)],
  "500 and a list": (said) => [500, list(said)],
  "400 and plain text": (said) => [400, { message: said }],
  "502 and a page": (said) => [502, `<pre>${said}</pre>`],
  "200 and no JSON": (said) => [200, said],
  silence: () => "silence",
  "a network that is not there": () => new TypeError("fetch failed"),
};

describe.each(Object.entries(uses))("an admin that sends %s", (_, use) => {
  test.each(Object.entries(roads))("and gets %s tells no secret", async (_, road) => {
    const { admin, said, asks, finish } = fakeWorld(
      (ask) =>
        ask.url.endsWith("/prepare")
          ? [200, { uploadToken: canary("upload"), uploadUrl }]
          : road(quoted(ask)),
      { credential: { clientId: "client-0001", clientSecret: canary("clientSecret") } },
      () => [200, { access_token: canary("project"), expires_in: 3_600 }],
    );
    const error = await rejection(finish(use(admin)));
    expect(canariesIn(asks), "what was sent").not.toEqual([]);
    expect(canariesIn([error, said, admin])).toEqual([]);
  });
});

test.each(Object.entries(roads))("a login that ends with %s tells no secret", async (_, road) => {
  const { admin, said, logins, finish } = fakeWorld(
    () => [200, {}],
    { credential: { clientId: "client-0001", clientSecret: canary("clientSecret") } },
    () => road(quoted(logins.at(-1)!)),
  );
  const error = await rejection(finish(admin.getNamespace()));
  expect(canariesIn(logins), "what was sent").not.toEqual([]);
  expect(canariesIn([error, said, admin])).toEqual([]);
});

test("what is not known as a secret is heard, so the ear is good", async () => {
  const stranger = canary("stranger");
  const refused = fakeWorld(() => [400, list(stranger)]);
  expect(canariesIn(await rejection(refused.finish(refused.admin.getNamespace())))).toEqual([
    "stranger",
  ]);
  const failed = fakeWorld(() => new TypeError("fetch failed", { cause: new Error(stranger) }));
  expect(
    canariesIn(await rejection(failed.finish(failed.admin.createNamespace({ name: "n" })))),
  ).toEqual(["stranger"]);
  const threw = fakeWorld(() => [200, {}]);
  const onProgress = () => {
    throw new Error(stranger);
  };
  await rejection(
    threw.finish(threw.admin.exportUserData({ userId: "a" }, { onProgress, timeoutMs: 500 })),
  );
  expect(canariesIn(threw.said)).toEqual(["stranger"]);
});

describe("the error of fetch itself, which quotes what it is given,", () => {
  const fetch = globalThis.fetch as FileFetch;

  test("is not told of a project token that fits no header", async () => {
    const projectToken = `${canary("project")}\nand more`;
    const options = (source: string | (() => string)) => ({
      credential: { clientId: "client-0001", projectToken: source },
      fetch,
    });
    const { admin, finish } = fakeWorld(
      () => [200, {}],
      options(() => projectToken),
    );
    expect(canariesIn(await rejection(finish(admin.getNamespace())))).toEqual([]);
    const made = (async () => fakeWorld(() => [200, {}], options(projectToken)))();
    expect(canariesIn(await rejection(made))).toEqual([]);
  });

  test("is not told of a project token that came from the official package's session", async () => {
    const credential = new ProjectTokenGs2Credential("client-0001", `${canary("moved")}\nand more`);
    const session = new Gs2RestSession("ap-northeast-1", credential);
    await session.connect();
    const request = new GetNamespaceRequest().withNamespaceName("n");
    const error = await rejection(new Gs2GatewayRestClient(session).getNamespace(request));
    expect(canariesIn(error)).toEqual([]);
  });
});
