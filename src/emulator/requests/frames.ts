import { encodeReply, errorBody } from "../../wire/frames.js";
import type { ApiRequest } from "../calls/request.js";
import type { EngineConnection } from "../engine/connections.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { isObject, isShallow } from "../store/json.js";

export const SOCKET_PATH = "/gateway-ws";

const BUG = { component: "emulator", message: "The emulator failed; this is a bug in it." };

/** Handles a frame that came in, once the faults let it arrive. @param data as {@link readFrame} */
export function receiveFrame(
  engine: EmulatorEngine,
  open: EngineConnection,
  data: string | undefined,
): void {
  open.receive(() => {
    open.touch();
    engine.logFrame("in", open.connectionId, data ?? "");
    try {
      readFrame(engine, open, data);
    } catch (error) {
      // A bug in the emulator must not end other sockets.
      const why = error instanceof Error ? error.name : "unknown reason";
      engine.log("refused", `a frame failed inside the emulator: ${why}`, {}, "warning");
      open.send(encodeReply("", 500, errorBody([BUG])));
    }
  });
}

/** Handles one frame. @param data its text; undefined: a binary frame */
export function readFrame(
  engine: EmulatorEngine,
  open: EngineConnection,
  data: string | undefined,
): void {
  const call = data === undefined ? undefined : readCallFrame(data);
  if (!call) {
    const why =
      data === undefined
        ? "a binary frame"
        : parse(data)
          ? "a frame without x_gs2"
          : "a frame that is not a JSON object, or nested too deeply";
    const { connectionId } = open;
    engine.log("unreadable", `${connectionId} sent ${why}`, { connectionId, why }, "warning");
    // There is no requestId. With an empty one, clients do not take this for the reply to a call.
    const error = { component: "frame", message: "engine.frame.error.invalid" };
    return open.send(
      encodeReply("", 400, errorBody([error], engine.store.settings.errorEntriesHaveCode)),
    );
  }
  open.handleRequest(call.request, call.requestId);
}

interface CallFrame {
  readonly request: Omit<ApiRequest, "transport" | "connectionId">;
  readonly requestId: string;
}

/** The call in the text of a frame; undefined: it has none. */
export function readCallFrame(text: string): CallFrame | undefined {
  const frame = parse(text);
  const envelope = frame?.["x_gs2"];
  return frame && isObject(envelope) ? readCall(frame, envelope) : undefined;
}

function readCall(frame: Record<string, unknown>, envelope: Record<string, unknown>): CallFrame {
  const {
    x_gs2: _,
    xGs2ClientId: __,
    xGs2ProjectToken,
    xGs2AccessToken,
    xGs2DuplicationAvoider,
    xGs2DryRun,
    ...params
  } = frame;
  return {
    request: {
      target: {
        service: text(envelope["service"]) ?? "",
        component: text(envelope["component"]) ?? "",
        function: text(envelope["function"]) ?? "",
      },
      params,
      projectToken: text(xGs2ProjectToken),
      accessToken: text(xGs2AccessToken) ?? text(params["accessToken"]),
      duplicationAvoider: text(xGs2DuplicationAvoider),
      dryRun: String(xGs2DryRun).toLowerCase() === "true",
    },
    requestId: text(envelope["requestId"]) ?? "",
  };
}

function parse(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) && isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A client may number its requests; an empty text counts as none. */
const text = (value: unknown): string | undefined =>
  typeof value === "number"
    ? String(value)
    : typeof value === "string" && value
      ? value
      : undefined;
