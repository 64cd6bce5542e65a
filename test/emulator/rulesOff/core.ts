// What the stage without a network is built from; bundled with a switch before every refusal.
export { Gateway } from "../../../src/emulator/gateway.js";
export { httpApp } from "../../../src/emulator/http.js";
export { seededIds } from "../../../src/emulator/ids.js";
export { rules } from "../../../src/emulator/rules/index.js";
export { readSettings } from "../../../src/emulator/settings.js";
export { serveSocket } from "../../../src/emulator/socket.js";
export { issueAccessToken } from "../../../src/emulator/tokens.js";
export { allMethods } from "../../../src/wire/allMethods.js";
