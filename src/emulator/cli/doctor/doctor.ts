import { createNamespace, deleteNamespace, getNamespaceStatus } from "../../../wire/methods.js";
import { isObject } from "../../store/json.js";
import { callProbes, DESCRIPTION } from "./callProbes.js";
import { DoctorGateway, type DoctorTarget } from "./gateway.js";
import {
  fact,
  limits,
  notObserved,
  row,
  settingsOf,
  type DoctorReport,
  type DoctorRow,
} from "./rows.js";
import { describe, inSeconds, type Seen } from "./seen.js";
import { notifications } from "./notificationProbes.js";
import { waitTogether } from "./patience.js";
import type { Examination, Probe, Started, TimedProbe } from "./probe.js";
import { disconnectNamespace, sessionProbes } from "./sessionProbes.js";
import { userData } from "./userDataProbes.js";
import { watchSockets, type WatchOptions } from "./watch.js";

/** While a namespace is made, its status is asked for so often, a second apart. */
const STATUS_CALLS = 2;

/** Login and a second one, creation, status, and two attempts at the deletion. */
const OWN_CALLS = 2 + 1 + STATUS_CALLS + 2;

const probes: readonly Probe[] = [...callProbes, ...sessionProbes];
const timedProbes: readonly TimedProbe[] = [notifications, userData];

/** The most billed calls of a run. */
export const maxCalls = [...probes, ...timedProbes, disconnectNamespace].reduce(
  (sum, { calls }) => sum + calls,
  OWN_CALLS,
);

/** A run logs in twice at most, so its wait ends with the second project token. */
const LIVES_OF_A_TOKEN = 1.8;

export interface DoctorOptions extends DoctorTarget {
  /** As the user named it. */
  readonly name: string;
  /** Of the page whose requests are tried. */
  readonly origin: string;
  readonly progress: (line: string) => void;
  /** How long it waits for what takes as long as it lasts, and once more for jobs that follow. */
  readonly patienceMs: number;
  /** Watches sockets for so long, for the settings that take as long. Default: it does not. */
  readonly watch?: WatchOptions | undefined;
}

/**
 * Examines a gateway in a namespace of its own, which is deleted also after a failure and an abort;
 * both are then thrown.
 */
export async function examine(options: DoctorOptions): Promise<DoctorReport> {
  const gateway = new DoctorGateway(options, maxCalls);
  const id = crypto.randomUUID().slice(0, 8);
  const namespaceName = `gs2-gateway-doctor-${id}`;
  try {
    const rows = await run(gateway, namespaceName, id, options);
    return {
      target: options.name,
      namespaceName,
      calls: gateway.calls,
      rows: rows.map((one) => ({ ...one, evidence: gateway.redact(one.evidence) })),
      notObserved: options.watch ? {} : notObserved,
      limits,
      settings: settingsOf(rows),
    };
  } finally {
    gateway.close();
  }
}

async function run(
  gateway: DoctorGateway,
  namespaceName: string,
  id: string,
  options: DoctorOptions,
): Promise<DoctorRow[]> {
  const rows = [
    ...(await watch(gateway, options)),
    ...(await probePages(gateway, options.origin)),
    ...loginRows(await gateway.login()),
  ];
  options.progress(`Creates the namespace ${namespaceName}.`);
  try {
    rows.push(...(await create(gateway, namespaceName)));
    const examination: Examination = {
      gateway,
      namespaceName,
      user: (name) => `doctor-${id}-${name}`,
      patienceMs: Math.min(options.patienceMs, gateway.projectTokenMs * LIVES_OF_A_TOKEN),
    };
    for (const probe of probes) {
      rows.push(...(await unclearIfFailed(gateway, probe.name, probe.run(examination))));
    }
    rows.push(...(await runTimed(examination, options.progress)));
    const { name } = disconnectNamespace;
    rows.push(...(await unclearIfFailed(gateway, name, disconnectNamespace.run(examination))));
  } finally {
    await remove(gateway, namespaceName, options);
  }
  return rows;
}

/** Before the login: it may take longer than a project token lives. */
async function watch(
  gateway: DoctorGateway,
  { watch, progress }: DoctorOptions,
): Promise<DoctorRow[]> {
  if (!watch) return [];
  progress(`Watches two sockets, for ${watch.watchMs.toLocaleString("en")} ms at most.`);
  return unclearIfFailed(gateway, "the life of sockets", watchSockets(gateway, watch));
}

/** Probes that take time: started one after another, they wait together. */
async function runTimed(
  examination: Examination,
  progress: DoctorOptions["progress"],
): Promise<DoctorRow[]> {
  const { gateway, patienceMs, namespaceName, user } = examination;
  const rows: DoctorRow[] = [];
  const started: { readonly name: string; readonly probe: Started }[] = [];
  for (const timed of timedProbes) {
    const { name } = timed;
    const startRows = async () => {
      const probe = await timed.start(examination);
      started.push({ name, probe });
      return [...probe.rows];
    };
    rows.push(...(await unclearIfFailed(gateway, name, startRows())));
  }
  if (patienceMs > 0) {
    progress(
      `Waits for ${inSeconds(patienceMs)}. A notification that a GS2 service sends to the user ${user("notified")} in the namespace ${namespaceName} meanwhile shows serviceNotificationKeyIn.`,
    );
  }
  await waitTogether(
    gateway,
    started.flatMap(({ probe }) => probe.waits),
  );
  for (const { name, probe } of started) {
    rows.push(...(await unclearIfFailed(gateway, name, probe.finish())));
  }
  return rows;
}

/** A probe that fails leaves the others alone. */
async function unclearIfFailed(
  { target }: DoctorGateway,
  name: string,
  rows: Promise<DoctorRow[]>,
): Promise<DoctorRow[]> {
  try {
    return await rows;
  } catch (error) {
    target.signal.throwIfAborted();
    return [fact(undefined, `${name}: ${(error as Error).message}`)];
  }
}

/** What pages of another origin may do. GS2 does not bill it. */
async function probePages(gateway: DoctorGateway, origin: string): Promise<DoctorRow[]> {
  const rest = async (): Promise<DoctorRow> => {
    const { status, allows } = await gateway.preflight(origin);
    const isAllowed = ["*", origin].includes(allows("origin"));
    const headers = allows("headers") || "none";
    const evidence = `CORS: a page of ${origin} may ${isAllowed ? "" : "not "}call over REST (status ${status}, headers ${headers})`;
    return fact(isAllowed, evidence);
  };
  const socket = async (): Promise<DoctorRow> => {
    (await gateway.open(origin)).close();
    return fact(true, `a page of ${origin} may open the socket`);
  };
  const failed = (what: string) => (error: unknown) => {
    gateway.target.signal.throwIfAborted();
    return fact(false, `a page of ${origin} cannot ${what}: ${(error as Error).message}`);
  };
  return Promise.all([
    rest().catch(failed("call over REST")),
    socket().catch(failed("open the socket")),
  ]);
}

function loginRows({ expires_in: life, owner_id: ownerId }: Seen["body"]): DoctorRow[] {
  return [
    row(
      "projectTokenExpiresInSeconds",
      typeof life === "number" && life > 0 ? life : undefined,
      `the login says expires_in ${JSON.stringify(life ?? null)}`,
    ),
    row(
      "ownerId",
      typeof ownerId === "string" ? ownerId : undefined,
      `the login says owner_id ${JSON.stringify(ownerId ?? null)}`,
    ),
  ];
}

async function create(gateway: DoctorGateway, namespaceName: string): Promise<DoctorRow[]> {
  const made = await gateway.rest(createNamespace, {
    name: namespaceName,
    description: DESCRIPTION,
  });
  if (made.status !== 200) throw new Error(`The namespace cannot be created: ${describe(made)}.`);
  const item = isObject(made.body["item"]) ? made.body["item"] : {};
  const { revision, namespaceId } = item;
  const region = typeof namespaceId === "string" ? namespaceId.split(":")[2] : undefined;
  const seen = await waitUntilMade(gateway, namespaceName);
  const { status } = seen.body;
  return [
    row(
      "region",
      region,
      `the GRN of a namespace has the region ${JSON.stringify(region ?? null)}`,
    ),
    row(
      "firstRevision",
      revision === 0 || revision === 1 ? revision : undefined,
      `a new namespace has revision ${JSON.stringify(revision ?? null)}`,
    ),
    row(
      "namespaceStatus",
      typeof status === "string" ? status : undefined,
      `its status is ${JSON.stringify(status ?? null)} (${describe(seen)})`,
    ),
  ];
}

async function waitUntilMade(gateway: DoctorGateway, namespaceName: string): Promise<Seen> {
  for (let call = 1; ; call++) {
    const seen = await gateway.rest(getNamespaceStatus, { namespaceName });
    const isPending = /creat|pend|prepar/i.test(JSON.stringify(seen.body["status"] ?? ""));
    if (!isPending || call === STATUS_CALLS) return seen;
    await gateway.wait(gateway.target.graceMs);
  }
}

async function remove(
  gateway: DoctorGateway,
  namespaceName: string,
  { progress }: DoctorOptions,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const seen = await gateway.cleanUp(deleteNamespace, { namespaceName });
    if (seen.status === 200 || seen.status === 404) {
      progress(`Deleted the namespace ${namespaceName}.`);
      return;
    }
    if (attempt < 2) continue;
    progress(
      `! The namespace ${namespaceName} could not be deleted (${describe(seen)}): delete it yourself.`,
    );
    return;
  }
}
