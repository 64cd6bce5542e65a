// What the servers and the network of an administrator quote, nobody hears.
import { describe, expect, test } from "vitest";
import type { GatewayAdmin } from "../../../src/admin/index.js";
import type { FileFetch } from "../../../src/http/upload.js";
import { ProjectTokenGs2Credential } from "../../../src/compat/credentials.js";
import { Gs2GatewayRestClient } from "../../../src/compat/gateway.js";
import { GetNamespaceRequest } from "../../../src/compat/request.js";
import { Gs2RestSession } from "../../../src/compat/restSession.js";
import { leakedSecrets, plantedSecret } from "../../support/secretLeaks.js";
import { rejectionOf } from "../../support/promises.js";
import { fakeWorld, type Ask, type Reply } from "./fakes.js";

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
          ? [200, { uploadToken: plantedSecret("upload"), uploadUrl }]
          : road(quoted(ask)),
      { credential: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") } },
      () => [200, { access_token: plantedSecret("project"), expires_in: 3_600 }],
    );
    const error = await rejectionOf(finish(use(admin)));
    expect(leakedSecrets(asks), "what was sent").not.toEqual([]);
    expect(leakedSecrets([error, said, admin])).toEqual([]);
  });
});

test.each(Object.entries(roads))("a login that ends with %s tells no secret", async (_, road) => {
  const { admin, said, logins, finish } = fakeWorld(
    () => [200, {}],
    { credential: { clientId: "client-0001", clientSecret: plantedSecret("clientSecret") } },
    () => road(quoted(logins.at(-1)!)),
  );
  const error = await rejectionOf(finish(admin.getNamespace()));
  expect(leakedSecrets(logins), "what was sent").not.toEqual([]);
  expect(leakedSecrets([error, said, admin])).toEqual([]);
});

test("what is not known as a secret is heard, so the ear is good", async () => {
  const stranger = plantedSecret("stranger");
  const refused = fakeWorld(() => [400, list(stranger)]);
  expect(leakedSecrets(await rejectionOf(refused.finish(refused.admin.getNamespace())))).toEqual([
    "stranger",
  ]);
  const failed = fakeWorld(() => new TypeError("fetch failed", { cause: new Error(stranger) }));
  expect(
    leakedSecrets(await rejectionOf(failed.finish(failed.admin.createNamespace({ name: "n" })))),
  ).toEqual(["stranger"]);
  const threw = fakeWorld(() => [200, {}]);
  const onProgress = () => {
    throw new Error(stranger);
  };
  await rejectionOf(
    threw.finish(threw.admin.exportUserData({ userId: "a" }, { onProgress, timeoutMs: 500 })),
  );
  expect(leakedSecrets(threw.said)).toEqual(["stranger"]);
});

describe("the error of fetch itself, which quotes what it is given,", () => {
  const fetch = globalThis.fetch as FileFetch;

  test("is not told of a project token that fits no header", async () => {
    const projectToken = `${plantedSecret("project")}\nand more`;
    const options = (source: string | (() => string)) => ({
      credential: { clientId: "client-0001", projectToken: source },
      fetch,
    });
    const { admin, finish } = fakeWorld(
      () => [200, {}],
      options(() => projectToken),
    );
    expect(leakedSecrets(await rejectionOf(finish(admin.getNamespace())))).toEqual([]);
    const made = (async () => fakeWorld(() => [200, {}], options(projectToken)))();
    expect(leakedSecrets(await rejectionOf(made))).toEqual([]);
  });

  test("is not told of a project token that came from the official package's session", async () => {
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
