export { startEmulator, type Emulator } from "./emulator.js";
export { EmulatorError } from "./calls/emulatorError.js";
export type { EmulatorOptions, MountedHandler, TlsPair } from "./options.js";
export type * from "./controls/publicTypes.js";
