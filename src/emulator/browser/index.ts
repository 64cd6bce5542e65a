export { createBrowserEmulator, type BrowserEmulator } from "./browserEmulator.js";
export { EmulatorError } from "../calls/emulatorError.js";
export type { BrowserWebSocketClass } from "./webSocket.js";
export type { BrowserEmulatorOptions } from "../options.js";
export type { LoggedFrame } from "../../wire/frameLog.js";
export type * from "../controls/publicTypes.js";
