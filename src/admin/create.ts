import { invalidArgument } from "../errors.js";
import type { Report } from "../core/diagnostics.js";
import { fitsHeader } from "../http/rest.js";
import type { FileFetch } from "../http/upload.js";
import { allMethods } from "../wire/allMethods.js";
import type { Values } from "../wire/frames.js";
import { sendNotification } from "../wire/methods.js";
import type { Page } from "../wire/requests.js";
import type * as rows from "../wire/methods.js";
import { gs2Endpoints, expandEndpoint } from "../wire/endpoints.js";
import { createBroadcast } from "./broadcast.js";
import { checkRow, createCaller, type InnerOptions } from "./caller.js";
import type { AdminMethod, GatewayAdmin, PagedMethod } from "./gatewayAdmin.js";
import { adminPlatform, type AdminPlatform } from "./host.js";
import { toJson } from "./json.js";
import type { GatewayAdminOptions, JobOptions, RunOptions } from "./options.js";
import { walkPages } from "./pages.js";
import { createProjectTokens } from "./projectTokens.js";
import { createUserData } from "./userData.js";

const CALL_TIMEOUT_MS = 10_000;

type Rows = typeof rows;
type MethodOf<Types> = Types extends readonly [infer Request, Page<infer Item>]
  ? PagedMethod<Request, Item>
  : Types extends readonly [infer Request, infer Result]
    ? AdminMethod<Request, Result>
    : never;
/** What the table says the methods are: GatewayAdmin would not compile with another request or result, or without one of them. */
type TableMethods = {
  [Name in keyof Rows]: MethodOf<NonNullable<Rows[Name]["types"]>>;
};

/** Callers without TypeScript may leave out anything. */
const given = (values: unknown): Values => Object(values) as Values;

/** @param host for tests */
export function createAdmin(
  options: GatewayAdminOptions,
  host: AdminPlatform = adminPlatform,
): GatewayAdmin {
  const {
    namespaceName,
    credential,
    region = "ap-northeast-1",
    endpoints = gs2Endpoints,
    callTimeoutMs = CALL_TIMEOUT_MS,
    fetch: ownFetch,
    logger,
  } = given(options) as unknown as GatewayAdminOptions;
  const { clientId, clientSecret, projectToken } = given(credential);
  const needed: Record<string, unknown> = {
    "credential.clientId": clientId,
    "credential.clientSecret or projectToken": clientSecret ?? projectToken,
    fetch: ownFetch ?? host.fetch(),
    "callTimeoutMs above 0": callTimeoutMs > 0,
  };
  for (const name in needed) if (!needed[name]) throw invalidArgument("GatewayAdmin", name);
  for (const [name, text] of Object.entries({ clientId, projectToken })) {
    if (typeof text === "string" && !fitsHeader(text)) {
      throw invalidArgument("GatewayAdmin", `credential.${name}`, "must be printable ASCII");
    }
  }

  const { clock, newId } = host;
  // Looked up at each call: a page may put its own in place of it.
  const fetch = (): FileFetch => ownFetch ?? host.fetch()!;
  const base = expandEndpoint(endpoints.rest, "gateway", region).replace(/\/+$/, "");
  const identifier = expandEndpoint(endpoints.rest, "identifier", region).replace(/\/+$/, "");
  const isEmulator = !base.includes(".gs2io.com");

  const report: Report = (level, code, said, detail) => {
    if (logger !== false) (logger ?? console)[level](`[gs2-gateway] ${code}: ${said}`, detail);
  };
  const broken = (method: string, field: string, needs: string): void =>
    report("warn", "brokenCondition", `${method}: ${field} needs ${needs}`, {
      method,
      field,
      needs,
    });

  const tokens = createProjectTokens(
    credential,
    clock,
    fetch,
    `${identifier}/projectToken/login`,
    callTimeoutMs,
  );
  const ports = {
    clock,
    base,
    namespaceName,
    callTimeoutMs,
    tokens,
    fetch,
    newId,
    broken,
  };
  const call = createCaller(ports);

  /** The payload may be a value: it goes out as text. */
  const withPayloadText = (method: string, params: Values): Values => {
    const { payload } = params;
    return typeof payload === "string"
      ? params
      : { ...params, payload: toJson(method, "payload", payload) };
  };

  const methods = allMethods.map((row) => {
    const method = async (params?: unknown, options?: InnerOptions): Promise<Values> =>
      call(
        row,
        "payload" in row.fields ? withPayloadText(row.name, given(params)) : given(params),
        options,
      );
    const all = (params?: unknown, options?: InnerOptions) =>
      walkPages(row.name, method, given(params), options ?? {});
    return [row.name, row.paged ? Object.assign(method, { all }) : method];
  });

  const fromTable = Object.fromEntries(methods) as TableMethods;

  const userData = createUserData({
    clock,
    call,
    callTimeoutMs,
    fetch,
    threw: (error) => report("error", "handlerThrew", tokens.scrub(String(error)), { error }),
  });
  const job =
    (run: (params: Values, options: JobOptions) => Promise<unknown>) =>
    (params: unknown, options?: JobOptions) =>
      run(given(params), options ?? {});

  // What is wrong for all is said once.
  const sendToUsers = createBroadcast({
    clock,
    call: createCaller({ ...ports, broken: () => undefined }),
    newId,
  });
  const sendNotificationToUsers = async (
    userIds: unknown,
    params: unknown,
    options?: RunOptions,
  ): Promise<unknown> => {
    const notification = withPayloadText(sendNotification.name, given(params));
    checkRow(sendNotification, { ...notification, userId: "-" }, namespaceName, broken);
    return sendToUsers(userIds, notification, options ?? {});
  };

  if (isEmulator && logger !== false) {
    (logger ?? console).info(`[gs2-gateway] emulator: ${base}`, { rest: base });
  }
  return {
    ...fromTable,
    // Theirs is a wider payload: it becomes the text of the table on the way.
    sendNotification: fromTable.sendNotification as GatewayAdmin["sendNotification"],
    sendMobileNotificationByUserId:
      fromTable.sendMobileNotificationByUserId as GatewayAdmin["sendMobileNotificationByUserId"],
    isEmulator,
    exportUserData: job(userData.exportUserData) as GatewayAdmin["exportUserData"],
    eraseUserData: job(userData.eraseUserData) as GatewayAdmin["eraseUserData"],
    importUserData: job(userData.importUserData) as GatewayAdmin["importUserData"],
    sendNotificationToUsers:
      sendNotificationToUsers as unknown as GatewayAdmin["sendNotificationToUsers"],
  };
}
