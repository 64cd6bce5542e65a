export { createBrowserEmulator, type BrowserEmulator } from "./browserEmulator.js";
export { EmulatorError } from "../calls/emulatorError.js";
export type { HandleOptions } from "../controls/handle.js";
export type { CallDefinition } from "../../wire/callDefinition.js";
export type { BrowserWebSocketClass } from "./webSocket.js";
export type { BrowserEmulatorOptions } from "../options.js";
export type { LoggedFrame, LoggedPlayer } from "../../wire/frameLog.js";
export type { EmulatorSettings } from "../settings.js";
export type {
  EmulatorFault,
  EmulatorFaultName,
  EmulatorFaultReport,
  EmulatorFaults,
  FaultedCall,
  FaultLimits,
  FaultMoment,
  FaultScope,
} from "../faults/definitions.js";
export type { EmulatorControls, FunctionCall, FunctionHandler } from "../controls/controls.js";
export type { WaitForSessionOptions } from "../controls/waitForSession.js";
export type { EmulatorClock } from "../engine/clock.js";
export type { EmulatorCall, CallFilter } from "../log/callLog.js";
export type { EmulatorLog, EmulatorLogEntry } from "../log/eventLog.js";
export type { DevicePush, OutboxEntry, OutboxFilter, WaitForPushOptions } from "../store/outbox.js";
export type { EmulatorState, EmulatorStateInput } from "../store/snapshot.js";
export type { DumpedToken } from "../store/userData.js";
export type { EmulatorNotification, EmulatorDelivery } from "../controls/notify.js";
export type { IssueTokenOptions } from "../controls/accessTokens.js";
export type { DisconnectOptions } from "../controls/disconnect.js";
export type { EmulatorCredential, Job, JobKind, Upload } from "../store/types.js";
export type { Endpoints } from "../../wire/endpoints.js";
export type { FirebaseToken, Namespace, WebSocketSession } from "../../wire/models.js";
