export { showDevtools, type DevtoolsOptions } from "./showDevtools.js";
export { startRecording, type Recorder, type RecorderOptions } from "./recorder.js";
export type { DevtoolsLanguage } from "./texts.js";
export type { LoggedPlayer } from "../wire/frameLog.js";
export type { RecordedFrame, Recording } from "../wire/recording.js";
