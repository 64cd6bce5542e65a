export { emulatorEndpoints } from "./wire/places.js";
export { GatewayError, isGatewayError } from "./errors.js";
