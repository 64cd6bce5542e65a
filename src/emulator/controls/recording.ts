import * as v from "valibot";
import { RECORDING_VERSION, type RecordedFrame, type Recording } from "../../wire/recording.js";
import { anyNumber, anyText, listOf, milliseconds, oneOf, readWith } from "../schema/schema.js";

const WHAT_IT_IS = `takes ${RECORDING_VERSION}: a recording is what the devtools and the inspector save`;

const player = v.looseObject({ namespaceName: anyText, userId: anyText });

/** Null and a missing field are the same: a recording may be cut down by hand. */
const orNull = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.optional(v.nullable(schema), null);

const jsonObject = v.record(v.string(), v.unknown(), "takes a JSON object or null");

/** Fields that a replay does not read may be missing, and may be others. */
const frame = v.looseObject({
  atMs: milliseconds,
  direction: oneOf("toServer", "toClient"),
  type: oneOf("call", "reply", "notification", "unreadable"),
  connectionId: orNull(anyText),
  players: v.optional(listOf(player, "players"), []),
  method: orNull(anyText),
  status: orNull(anyNumber),
  body: orNull(jsonObject),
} satisfies { readonly [Name in keyof RecordedFrame]?: v.GenericSchema });

const schema = v.looseObject(
  {
    version: v.literal(RECORDING_VERSION, WHAT_IT_IS),
    frames: listOf(frame, "frames"),
  } satisfies { readonly [Name in keyof Recording]?: v.GenericSchema },
  ({ path }) => (path ? "must be supplied" : "takes a JSON object"),
);

export type ReadRecording = v.InferOutput<typeof schema>;
export type ReadFrame = ReadRecording["frames"][number];

/** Throws an `invalidArgument` that names the first wrong field. */
export const readRecording = (given: unknown): ReadRecording => readWith("replay", schema, given);
