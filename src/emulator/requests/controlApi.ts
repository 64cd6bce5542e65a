import { Hono, type Context } from "hono";
import * as v from "valibot";
import { newId } from "../../core/clock.js";
import { isGatewayError, type GatewayError } from "../../errors.js";
import type { Recording } from "../../wire/recording.js";
import { readJsonBody, readTextBody } from "./requestBody.js";
import { openConnections } from "../controls/connections.js";
import { disconnect, type DisconnectOptions } from "../controls/disconnect.js";
import { knownFaults, parseAction, readFaultsRequest } from "../faults/parse.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { findFile, takeUpload } from "../store/jobs.js";
import { logStream } from "./logStream.js";
import { addNamespace, removeNamespace } from "../controls/namespaces.js";
import { notify, type EmulatorNotification } from "../controls/notify.js";
import { replay, type ReplayOptions } from "../controls/replay.js";
import { waitForPush } from "../controls/waitForPush.js";
import { waitForSession, type WaitForSessionOptions } from "../controls/waitForSession.js";
import { milliseconds, numberWithin, objectOf, readWith } from "../schema/schema.js";
import { invalid } from "../settings.js";
import { isObject } from "../store/json.js";
import { readState } from "../store/snapshot.js";
import { issueAccessToken, type IssueTokenOptions } from "../controls/accessTokens.js";

const LONGEST_POLL_MS = 60_000;

const pollRequest = v.looseObject({
  timeoutMs: v.optional(numberWithin(0, LONGEST_POLL_MS), 0),
});

/** Each is kept open, with the entries that its reader has not read yet. */
const MAX_LOG_STREAMS = 100;

/** A thousand frames, most of them far shorter than they may be. */
const MAX_RECORDING_BYTES = 16 * 1_048_576;

/** The control reads both. */
const replayRequest = objectOf({
  recording: v.unknown(),
  options: v.optional(v.custom<ReplayOptions>(isObject, "takes a JSON object")),
});

const advanceRequest = objectOf({ advanceMs: milliseconds });

/** Actions on one connection, independent of the active faults. */
const actions = [
  { path: "kick", fault: parseAction({ fault: "kick" }) },
  { path: "expire-tokens", fault: parseAction({ fault: "expireTokens" }) },
];

interface ControlOptions {
  readonly engine: EmulatorEngine;
  readonly url: () => string;
  /** Aborted when the emulator stops. */
  readonly stopping: AbortSignal;
}

/**
 * The control plane: the {@link Emulator}'s methods over HTTP, under `/_emulator`, and the files of
 * dumps and imports. A refused request gets 400 with `{ message }`, and with `errors`, a list of
 * `{ field, message }`, where a field is wrong. A wait that timed out gets 504. A GET changes
 * nothing: a browser sends one for any page, without asking.
 */
export function controlApi(options: ControlOptions): Hono {
  const app = new Hono();
  addReads(app, options);
  addWaits(app, options);
  addConnections(app, options);
  addState(app, options);
  addFiles(app, options);
  app.onError((error, context) => {
    if (isGatewayError(error, "invalidArgument")) return context.json(refusalOf(error), 400);
    if (isGatewayError(error, "requestTimeout")) {
      return context.json({ message: error.message }, 504);
    }
    // A wait that ended because the emulator stops, or one too many.
    if (isGatewayError(error, "aborted") || isGatewayError(error, "quotaLimitExceeded"))
      return context.json({ message: error.message }, 503);
    throw error;
  });
  return app;
}

function addReads(app: Hono, { engine, url }: ControlOptions): void {
  app.get("/ready", (context) => context.json({ ready: true, url: url() }));
  app.get("/sessions", (context) => context.json({ items: engine.sessions() }));
  app.get("/clock", (context) => context.json({ now: engine.clock.now() }));
  app.get("/calls", (context) => {
    const { method, userId } = context.req.query();
    return context.json({ items: engine.calls.list({ method, userId }) });
  });
  app.get("/outbox", (context) => {
    const { userId } = context.req.query();
    return context.json({ items: engine.outbox({ userId }) });
  });
  app.get("/connections", (context) => context.json({ items: openConnections(engine.store) }));
  app.get("/state", (context) => context.json(engine.state()));
  app.get("/faults", (context) => context.json({ faults: engine.faults(), known: knownFaults }));
  const run = newId();
  let streams = 0;
  app.get("/log", (context) => {
    if (streams >= MAX_LOG_STREAMS) {
      return context.json({ message: `${MAX_LOG_STREAMS} log streams are open already.` }, 503);
    }
    // Its response has no body, so no stream would end.
    if (context.req.method === "HEAD") return context.body(null);
    streams++;
    const lastEventId = context.req.header("last-event-id");
    return logStream(engine.frameLog, run, lastEventId, () => streams--);
  });
}

function addWaits(app: Hono, { engine, stopping }: ControlOptions): void {
  app.post("/sessions/wait", async (context) => {
    const options = await bodyOf<WaitForSessionOptions>(context, engine);
    return context.json({ item: await waitForSession(engine, options, stopping) });
  });
  app.post("/pushes/take", async (context) => {
    const options = readWith("waitForPush", pollRequest, await bodyOf(context, engine));
    // A caller that has hung up takes no push from the queue.
    const ended = AbortSignal.any([stopping, context.req.raw.signal]);
    // A page polls again and again: a timeout is not an error here.
    const item = await waitForPush(engine, options, ended).catch((error: unknown) => {
      if (!isGatewayError(error, "invalidArgument")) return undefined;
      throw error;
    });
    return item ? context.json({ item }) : context.body(null, 204);
  });
}

function addConnections(app: Hono, { engine }: ControlOptions): void {
  app.post("/disconnect", async (context) => {
    const options = await bodyOf<DisconnectOptions>(context, engine);
    return context.json({ items: engine.transact((store) => disconnect(store, options)) });
  });
  app.post("/connections/:connectionId/cut", async (context) => {
    const { connectionId } = context.req.param();
    const { code } = await bodyOf<Pick<DisconnectOptions, "code">>(context, engine);
    if (!engine.store.connections.has(connectionId)) return noConnection(context, connectionId);
    const cut = engine.transact((store) => disconnect(store, { connectionId, code }));
    return context.json({ items: cut });
  });
  for (const { path, fault } of actions) {
    app.post(`/connections/:connectionId/${path}`, (context) => {
      const { connectionId } = context.req.param();
      const connection = engine.store.connections.get(connectionId);
      if (!connection) return noConnection(context, connectionId);
      if (connection.players.size === 0) throw invalid(`No player is bound on ${connectionId}.`);
      engine.trigger(fault, connectionId);
      return context.json({});
    });
  }
}

function addState(app: Hono, { engine }: ControlOptions): void {
  app.post("/clock", async (context) => {
    const body = await bodyOf(context, engine);
    engine.clock.advance(readWith("clock.advance", advanceRequest, body).advanceMs);
    return context.json({ now: engine.clock.now() });
  });
  app.post("/namespaces", async (context) => {
    const body = await bodyOf(context, engine);
    return context.json(engine.transact((store, now) => addNamespace(store, body, now)));
  });
  app.delete("/namespaces/:name", (context) => {
    const { name } = context.req.param();
    const removed = engine.transact((store) => removeNamespace(store, name));
    return removed
      ? context.json({})
      : context.json({ message: `There is no namespace ${name}.` }, 404);
  });
  app.put("/state", async (context) => {
    engine.setState(readState(await bodyOf(context, engine)));
    return context.json({});
  });
  app.put("/faults", async (context) => {
    const faults = readFaultsRequest(await bodyOf(context, engine));
    return context.json({ faults: engine.setFaults(faults) });
  });
  app.post("/access-tokens", async (context) => {
    const options = await bodyOf<IssueTokenOptions>(context, engine);
    return context.json(engine.transact((store, now) => issueAccessToken(store, options, now)));
  });
  app.post("/notifications", async (context) => {
    const notification = await bodyOf<EmulatorNotification>(context, engine);
    return context.json(engine.transact((store, now) => notify(store, notification, now)));
  });
  app.post("/replay", async (context) => {
    const body = readWith(
      "replay",
      replayRequest,
      await bodyOf(context, engine, MAX_RECORDING_BYTES),
    );
    return context.json(replay(engine, body.recording as Recording, body.options));
  });
  app.post("/reset", (context) => {
    engine.reset();
    return context.json({});
  });
}

function addFiles(app: Hono, { engine }: ControlOptions): void {
  app.put("/uploads/:uploadToken", async (context) => {
    const { uploadToken } = context.req.param();
    const read = await readTextBody(context.req.raw, engine.store.settings.maxBodyBytes);
    if (!("text" in read)) throw invalid("An upload is a text, and not too long.");
    const taken = engine.transact((store) => takeUpload(store, uploadToken, read.text));
    const message = `There is no prepared upload ${uploadToken}.`;
    return taken ? context.json({}) : context.json({ message }, 404);
  });
  app.get("/files/:name", (context) => {
    const text = findFile(engine.store, context.req.param("name"));
    return text === undefined
      ? context.json({ message: "There is no such file, or no longer." }, 404)
      : context.body(text, 200, { "content-type": "application/json" });
  });
}

/** The body as it came; the control that takes it reads it by its schema. */
async function bodyOf<Options = unknown>(
  context: Context,
  engine: EmulatorEngine,
  maxBytes = engine.store.settings.maxBodyBytes,
): Promise<Options> {
  const read = await readJsonBody(context.req.raw, maxBytes);
  if ("value" in read) return read.value as Options;
  throw invalid("The body is a JSON object, and neither too long nor nested too deeply.");
}

/** A refused request as JSON: the sentence, and as data which field is wrong. */
function refusalOf({ message, errors }: GatewayError) {
  if (errors.length === 0) return { message };
  return {
    message,
    errors: errors.map(({ component: field, message: problem }) => ({ field, message: problem })),
  };
}

const noConnection = (context: Context, connectionId: string): Response =>
  context.json({ message: `There is no open socket ${connectionId}.` }, 404);
