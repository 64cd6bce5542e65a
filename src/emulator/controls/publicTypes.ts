// The types that the emulator's entries share, for Node and for pages.
export type { FunctionCallContext } from "../calls/addedFunctions.js";
export type { HandleOptions } from "./handle.js";
export type { EmulatorLimits } from "../limits.js";
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
export type { EmulatorControls, FunctionCall, FunctionHandler } from "./controls.js";
export type { WaitForSessionOptions } from "./waitForSession.js";
export type { EmulatorClock } from "../engine/clock.js";
export type { EmulatorCall, CallFilter } from "../log/callLog.js";
export type { EmulatorLog, EmulatorLogEntry } from "../log/eventLog.js";
export type { DevicePush, OutboxEntry, OutboxFilter, WaitForPushOptions } from "../store/outbox.js";
export type { EmulatorState, EmulatorStateInput } from "../store/snapshot.js";
export type { DumpedToken } from "../store/userData.js";
export type { EmulatorNotification, EmulatorDelivery } from "./notify.js";
export type { EmulatorReplay, ReplayOptions } from "./replay.js";
export type { IssueTokenOptions } from "./accessTokens.js";
export type { DisconnectOptions } from "./disconnect.js";
export type { EmulatorCredential, Job, JobKind, Upload } from "../store/types.js";
export type { CallDefinition } from "../../wire/callDefinition.js";
export type { Endpoints } from "../../wire/endpoints.js";
export type { LoggedPlayer } from "../../wire/frameLog.js";
export type { RecordedFrame, Recording } from "../../wire/recording.js";
export type { FirebaseToken, Namespace, WebSocketSession } from "../../wire/models.js";
