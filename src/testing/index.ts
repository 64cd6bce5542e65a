export { createTestGateway, type TestGateway, type TestGatewayOptions } from "./testGateway.js";
export type { EmitOptions, SnapshotChange } from "./testGateway.js";
export { connectEmulator, type ConnectedEmulator } from "./connectEmulator.js";
