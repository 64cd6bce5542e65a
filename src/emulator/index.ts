export { startEmulator, type Emulator } from "./emulator.js";
export type { EmulatorOptions, MountedHandler } from "./options.js";
export type { EmulatorSettings } from "./settings.js";
export type {
  EmulatorFault,
  EmulatorFaultName,
  EmulatorFaultReport,
  EmulatorFaults,
  FaultedCall,
  FaultLimits,
  FaultMoment,
  FaultScope,
} from "./faults/kinds.js";
export type { SessionWish } from "./sessionWish.js";
export type { EmulatorClock } from "./clock.js";
export type { EmulatorCall, CallFilter } from "./calls.js";
export type { EmulatorLog, EmulatorLogEntry } from "./log.js";
export type { DevicePush, OutboxEntry, OutboxFilter } from "./outbox.js";
export type { PushWish } from "./pushWish.js";
export type { EmulatorState, EmulatorStateWish } from "./state.js";
export type { Job, JobKind, Upload } from "./jobs.js";
export type { DumpedToken } from "./userData.js";
export type { EmulatorNotification, EmulatorDelivery } from "./notify.js";
export type { AccessTokenWish } from "./tokens.js";
export type { DisconnectWish } from "./disconnect.js";
export type { EmulatorCredential } from "./world.js";
export type { Endpoints } from "../wire/places.js";
export type { FirebaseToken, Namespace, WebSocketSession } from "../wire/models.js";
