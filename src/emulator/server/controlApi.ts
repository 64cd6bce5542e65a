import { Hono, type Context } from "hono";
import { isGatewayError } from "../../errors.js";
import { readJsonBody, readTextBody } from "./requestBody.js";
import { openConnections } from "../controls/connections.js";
import { disconnect, type DisconnectOptions } from "../controls/disconnect.js";
import { knownFaults, parseAction, parseFaults } from "../faults/parse.js";
import type { EmulatorEngine } from "../engine/engine.js";
import { findFile, takeUpload } from "../store/jobs.js";
import { logStream } from "./logStream.js";
import { addNamespace, removeNamespace } from "../controls/namespaces.js";
import { notify, type EmulatorNotification } from "../controls/notify.js";
import { waitForPush } from "../controls/waitForPush.js";
import { waitForSession, type WaitForSessionOptions } from "../controls/waitForSession.js";
import { invalid } from "../settings.js";
import { readState } from "../store/snapshot.js";
import { issueAccessToken, type IssueTokenOptions } from "../controls/accessTokens.js";

const LONGEST_POLL_MS = 60_000;

/** What can be done to the players of one socket, whatever faults are in force. */
const strikes = [
  { path: "kick", fault: parseAction({ fault: "kick" }) },
  { path: "expire-tokens", fault: parseAction({ fault: "expireTokens" }) },
];

/**
 * The handle over HTTP, under `/_emulator`, and the files of dumps and imports. A fault of the caller is 400, and waiting in vain 504, with
 * `{ message }`, a sentence.
 */
export function controlApi(
  gateway: EmulatorEngine,
  url: () => string,
  stopping: AbortSignal,
): Hono {
  const app = new Hono();
  const run = crypto.randomUUID();
  const body = async (context: Context): Promise<Record<string, unknown>> => {
    const read = await readJsonBody(context.req.raw, gateway.store.settings.maxBodyBytes);
    if ("value" in read) return read.value;
    throw invalid("The body is a JSON object, and neither too long nor nested too deeply.");
  };

  app.get("/ready", (context) => context.json({ ready: true, url: url() }));
  app.get("/sessions", (context) => context.json({ items: gateway.sessions() }));
  app.post("/sessions/wait", async (context) => {
    const wish = (await body(context)) as unknown as WaitForSessionOptions;
    return context.json({ item: await waitForSession(gateway, wish, stopping) });
  });
  app.post("/disconnect", async (context) => {
    const wish = (await body(context)) as DisconnectOptions;
    return context.json({ items: gateway.transact((world) => disconnect(world, wish)) });
  });
  app.get("/clock", (context) => context.json({ now: gateway.clock.now() }));
  app.post("/clock", async (context) => {
    gateway.clock.advance(Number((await body(context))["advanceMs"]));
    return context.json({ now: gateway.clock.now() });
  });
  app.get("/calls", (context) => {
    const { method, userId } = context.req.query();
    return context.json({ items: gateway.calls.list({ method, userId }) });
  });
  app.get("/outbox", (context) => {
    const { userId } = context.req.query();
    return context.json({ items: gateway.outbox({ userId }) });
  });
  app.get("/pushes", async (context) => {
    const { timeoutMs = "0", ...wish } = context.req.query();
    const waitMs = Number(timeoutMs);
    if (!(waitMs >= 0 && waitMs <= LONGEST_POLL_MS)) {
      throw invalid(`timeoutMs is a number of milliseconds from 0 to ${LONGEST_POLL_MS}.`);
    }
    // Whoever has hung up takes nothing along. Having waited in vain is no error here: a page asks again and again.
    const ended = AbortSignal.any([stopping, context.req.raw.signal]);
    const item = await waitForPush(gateway, { ...wish, timeoutMs: waitMs }, ended).catch(
      (error: unknown) => {
        if (!isGatewayError(error, "invalidArgument")) return undefined;
        throw error;
      },
    );
    return item ? context.json({ item }) : context.body(null, 204);
  });
  app.get("/log", (context) =>
    logStream(gateway.frameLog, run, context.req.header("last-event-id")),
  );
  app.get("/connections", (context) => context.json({ items: openConnections(gateway.store) }));
  app.post("/connections/:connectionId/cut", async (context) => {
    const { connectionId } = context.req.param();
    const { code } = (await body(context)) as { code?: number };
    if (!gateway.store.connections.has(connectionId)) return notThere(context, connectionId);
    const cut = gateway.transact((world) => disconnect(world, { connectionId, code }));
    return context.json({ items: cut });
  });
  for (const { path, fault } of strikes) {
    app.post(`/connections/:connectionId/${path}`, (context) => {
      const { connectionId } = context.req.param();
      const connection = gateway.store.connections.get(connectionId);
      if (!connection) return notThere(context, connectionId);
      if (connection.players.size === 0) throw invalid(`No player is bound on ${connectionId}.`);
      gateway.trigger(fault, connectionId);
      return context.json({});
    });
  }
  app.post("/namespaces", async (context) => {
    const { name } = await body(context);
    return context.json(gateway.transact((world, now) => addNamespace(world, name, now)));
  });
  app.delete("/namespaces/:name", (context) => {
    const { name } = context.req.param();
    const removed = gateway.transact((world) => removeNamespace(world, name));
    return removed
      ? context.json({})
      : context.json({ message: `There is no namespace ${name}.` }, 404);
  });
  app.get("/state", (context) => context.json(gateway.state()));
  app.put("/state", async (context) => {
    gateway.setState(readState(await body(context)));
    return context.json({});
  });
  app.get("/faults", (context) => context.json({ faults: gateway.faults(), known: knownFaults }));
  app.put("/faults", async (context) => {
    const { faults, ...rest } = await body(context);
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw invalid(`The body is { faults: [...] }, without ${unknown}.`);
    return context.json({ faults: gateway.setFaults(parseFaults(faults)) });
  });
  app.put("/uploads/:uploadToken", async (context) => {
    const { uploadToken } = context.req.param();
    const read = await readTextBody(context.req.raw, gateway.store.settings.maxBodyBytes);
    if (!("text" in read)) throw invalid("An upload is a text, and not too long.");
    const taken = gateway.transact((world) => takeUpload(world, uploadToken, read.text));
    const message = `Nobody prepared an upload ${uploadToken}.`;
    return taken ? context.json({}) : context.json({ message }, 404);
  });
  app.get("/files/:name", (context) => {
    const text = findFile(gateway.store, context.req.param("name"));
    return text === undefined
      ? context.json({ message: "There is no such file, or no longer." }, 404)
      : context.body(text, 200, { "content-type": "application/json" });
  });
  app.post("/access-tokens", async (context) => {
    const wish = (await body(context)) as unknown as IssueTokenOptions;
    return context.json(gateway.transact((world, now) => issueAccessToken(world, wish, now)));
  });
  app.post("/notifications", async (context) => {
    const given = (await body(context)) as unknown as EmulatorNotification;
    return context.json(gateway.transact((world, now) => notify(world, given, now)));
  });
  app.post("/reset", (context) => {
    gateway.reset();
    return context.json({});
  });
  app.onError((error, context) => {
    if (isGatewayError(error, "invalidArgument")) {
      return context.json({ message: error.message }, 400);
    }
    if (isGatewayError(error, "requestTimeout")) {
      return context.json({ message: error.message }, 504);
    }
    // Whoever waited while the emulator was stopped.
    if (isGatewayError(error, "aborted")) return context.json({ message: error.message }, 503);
    throw error;
  });
  return app;
}

const notThere = (context: Context, connectionId: string): Response =>
  context.json({ message: `There is no open socket ${connectionId}.` }, 404);
