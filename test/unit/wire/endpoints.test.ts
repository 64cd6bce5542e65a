import { describe, expect, test } from "vitest";
import {
  emulatorEndpoints,
  gs2Endpoints,
  expandEndpoint,
  isGs2Endpoint,
  restBase,
  type Region,
} from "../../../src/wire/endpoints.js";
import { goldenEndpoints } from "../../golden/golden.js";

describe("endpoints", () => {
  test("of GS2 are those of the official SDKs", () => {
    expect(gs2Endpoints).toStrictEqual({ rest: goldenEndpoints.rest, webSocket: goldenEndpoints.webSocket });
  });

  test.each([
    ["gateway in ap-northeast-1", gs2Endpoints.rest, "gateway", "ap-northeast-1"],
    ["identifier in eu-west-1", gs2Endpoints.rest, "identifier", "eu-west-1"],
    ["socket in us-east-1", gs2Endpoints.webSocket, "gateway", "us-east-1"],
  ])("expand to the address of %s", (name, template, service, region) => {
    expect(expandEndpoint(template, service, region)).toBe(endpoints.addresses[name]);
  });

  test.each<Region>([...goldenEndpoints.regions, "mars-north-1"])("accept the region %s", (region) => {
    expect(expandEndpoint(gs2Endpoints.rest, "gateway", region)).toBe(
      `https://gateway.${region}.gen2.gs2io.com`,
    );
  });

  test.each<[url: string, rest: string, webSocket: string]>([
    ["http://127.0.0.1:9480", "http://127.0.0.1:9480/{service}", "ws://127.0.0.1:9480/gateway-ws"],
    ["http://localhost:9480/", "http://localhost:9480/{service}", "ws://localhost:9480/gateway-ws"],
    ["http://[::1]:9480//", "http://[::1]:9480/{service}", "ws://[::1]:9480/gateway-ws"],
    [
      "https://gs2.example.com/http/",
      "https://gs2.example.com/http/{service}",
      "wss://gs2.example.com/http/gateway-ws",
    ],
  ])("of an emulator at %s are below its address", (url, rest, webSocket) => {
    expect(emulatorEndpoints(url)).toStrictEqual({ rest, webSocket });
  });

  test("of an emulator have no region and one host for all services", () => {
    const { rest, webSocket } = emulatorEndpoints("http://127.0.0.1:9480");
    expect(expandEndpoint(rest, "identifier", "eu-west-1")).toBe(
      "http://127.0.0.1:9480/identifier",
    );
    expect(expandEndpoint(webSocket, "gateway", "eu-west-1")).toBe(
      "ws://127.0.0.1:9480/gateway-ws",
    );
  });

  test("of a REST service have no slash at the end", () => {
    const endpoints = { rest: "http://127.0.0.1:9480/{service}/{region}//", webSocket: "" };
    expect(restBase(goldenEndpoints, "gateway", "eu-west-1")).toBe(
      "http://127.0.0.1:9480/gateway/eu-west-1",
    );
    expect(restBase(gs2Endpoints, "gateway", "eu-west-1")).toBe(
      "https://gateway.eu-west-1.gen2.gs2io.com",
    );
  });

  test("are those of GS2 or of an emulator", () => {
    expect([gs2Endpoints.rest, gs2Endpoints.webSocket].every(isGs2Endpoint)).toBe(true);
    expect(isGs2Endpoint("http://127.0.0.1:9480/gateway")).toBe(false);
  });
});
