import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { GatewayClient } from "../../../src/client/client.js";
import { faultNetwork, optionsFor } from "../../support/faultSocket.js";

class MyClient extends GatewayClient {
  readonly slots: string[] = [];

  override setUserId(...[request, options]: Parameters<GatewayClient["setUserId"]>) {
    this.slots.push(request.slot ?? "player");
    return super.setUserId(request, options);
  }
}

test("a subclass overrides a method and calls the original by super", async () => {
  const client = new MyClient(optionsFor(faultNetwork()));
  onTestFinished(() => client.dispose());
  const asClient: GatewayClient = client;
  const binding = await asClient.setUserId({ accessToken: "alice-token" });
  expect(binding.userId).toBe("alice");
  expect(client.slots).toEqual(["player"]);
  expect(client).toBeInstanceOf(GatewayClient);
});

test("GatewayClient has its methods on the prototype", () => {
  const client = new GatewayClient(optionsFor(faultNetwork()));
  onTestFinished(() => client.dispose());
  expect(Object.keys(client)).toEqual(["lifecycle", "isEmulator"]);
  for (const name of ["connect", "setUserId", "takeOver", "on", "waitFor", "call", "dispose"]) {
    expect(Object.hasOwn(GatewayClient.prototype, name)).toBe(true);
  }
});

test("a client exposes no credential when it is printed, stringified or copied", () => {
  const credential = { clientId: "client-0001", clientSecret: "planted-secret-0001" };
  const client = new GatewayClient(optionsFor(faultNetwork(), { credential }));
  onTestFinished(() => client.dispose());
  const shown = [
    inspect(client, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(client),
    JSON.stringify(Object.assign({}, client)),
  ].join();
  expect(shown).not.toContain("planted-secret");
});
