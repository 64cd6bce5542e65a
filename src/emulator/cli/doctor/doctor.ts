import { createNamespace, deleteNamespace, getNamespaceStatus } from "../../../wire/methods.js";
import { isObject } from "../../store/json.js";
import { callProbes, DESCRIPTION } from "./callProbes.js";
import { disconnectProbes } from "./disconnectProbes.js";
import { DoctorGateway, type DoctorTarget } from "./gateway.js";
import {
  fact,
  notObserved,
  notObservedInAnyRun,
  row,
  settingsOf,
  type DoctorReport,
  type DoctorRow,
} from "./rows.js";
import { describe, type Seen } from "./seen.js";
import { sessionProbes, type Examination, type Probe } from "./sessionProbes.js";
import { userDataProbes } from "./userDataProbes.js";
import { watchSockets, type WatchOptions } from "./watch.js";

/** While a namespace is made, its status is asked for so often, a second apart. */
const STATUS_CALLS = 2;

/** Login, creation, status, and two attempts at the deletion. */
const OWN_CALLS = 1 + 1 + STATUS_CALLS + 2;

const probes: readonly Probe[] = [
  ...callProbes,
  ...sessionProbes,
  ...userDataProbes,
  ...disconnectProbes,
];

/** The most billed calls of a run. */
export const maxCalls = probes.reduce((sum, { calls }) => sum + calls, OWN_CALLS);

export interface DoctorOptions extends DoctorTarget {
  /** As the user named it. */
  readonly name: string;
  /** Of the page whose requests are tried. */
  readonly origin: string;
  readonly progress: (line: string) => void;
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
      notObserved: options.watch ? notObservedInAnyRun : notObserved,
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
    rows.push(...(await create(gateway, namespaceName, options)));
    const examination: Examination = {
      gateway,
      namespaceName,
      user: (name) => `doctor-${id}-${name}`,
    };
    for (const probe of probes) {
      rows.push(...(await unclearIfFailed(gateway, probe.name, probe.run(examination))));
    }
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

async function create(
  gateway: DoctorGateway,
  namespaceName: string,
  { graceMs }: DoctorOptions,
): Promise<DoctorRow[]> {
  const made = await gateway.rest(createNamespace, {
    name: namespaceName,
    description: DESCRIPTION,
  });
  if (made.status !== 200) throw new Error(`The namespace cannot be created: ${describe(made)}.`);
  const item = isObject(made.body["item"]) ? made.body["item"] : {};
  const { revision, namespaceId } = item;
  const region = typeof namespaceId === "string" ? namespaceId.split(":")[2] : undefined;
  const seen = await waitUntilMade(gateway, namespaceName, graceMs);
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

async function waitUntilMade(
  gateway: DoctorGateway,
  namespaceName: string,
  graceMs: number,
): Promise<Seen> {
  for (let call = 1; ; call++) {
    const seen = await gateway.rest(getNamespaceStatus, { namespaceName });
    const isPending = /creat|pend|prepar/i.test(JSON.stringify(seen.body["status"] ?? ""));
    if (!isPending || call === STATUS_CALLS) return seen;
    await new Promise((resolve) => setTimeout(resolve, graceMs));
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
