import { gs2Endpoints, type Endpoints } from "../wire/endpoints.js";

/**
 * Addresses of the servers. To use an emulator, set them to `emulator.endpoints.rest` and
 * `emulator.endpoints.webSocket`. REST calls read them each time, sockets when they connect.
 */
export const Gs2Constant = {
  /** `{service}` and `{region}` are replaced. */
  ENDPOINT_HOST: gs2Endpoints.rest,
  /** `{region}` is replaced. */
  WS_ENDPOINT_HOST: gs2Endpoints.webSocket,
};

/** The regions of GS2; sessions accept any other text as well. */
export const Region = {
  AP_NORTHEAST_1: "ap-northeast-1",
  US_EAST_1: "us-east-1",
  EU_WEST_1: "eu-west-1",
  AP_SOUTHEAST_1: "ap-southeast-1",
};

export const endpoints = (): Endpoints => ({
  rest: Gs2Constant.ENDPOINT_HOST,
  webSocket: Gs2Constant.WS_ENDPOINT_HOST,
});
