// Entry of the bundle that has a switch before every refusal.
export { EmulatorEngine } from "../../../../src/emulator/engine/engine.js";
export { createApp } from "../../../../src/emulator/server/app.js";
export { seededIds } from "../../../../src/emulator/store/ids.js";
export { handlers } from "../../../../src/emulator/calls/handlers/index.js";
export { readSettings } from "../../../../src/emulator/settings.js";
export { serveSocket } from "../../../../src/emulator/server/webSocket.js";
export { issueAccessToken } from "../../../../src/emulator/controls/accessTokens.js";
export { allMethods } from "../../../../src/wire/allMethods.js";
