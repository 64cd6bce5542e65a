import { reportIneffectiveField } from "../api/check.js";
import { invalidArgument } from "../errors.js";
import type { Report } from "../core/diagnostics.js";
import { redact } from "../core/redact.js";
import { requireEncryption, requireOptions } from "../http/login.js";
import { fitsHeader } from "../http/rest.js";
import type { FileFetch } from "../http/upload.js";
import { allMethods } from "../wire/allMethods.js";
import type { Values } from "../wire/frames.js";
import { sendNotification, type AnyMethod } from "../wire/methods.js";
import type * as table from "../wire/methods.js";
import type { Page } from "../wire/requests.js";
import { DEFAULT_REGION, gs2Endpoints, isGs2Endpoint, restBase } from "../wire/endpoints.js";
import { createBroadcast } from "./broadcast.js";
import { checkMethod, createCaller, type InternalCallOptions } from "./caller.js";
import { adminPlatform, type AdminPlatform } from "./platform.js";
import { toJson } from "./json.js";
import type {
  GatewayAdminOptions,
  GetProjectTokenOptions,
  JobOptions,
  RunOptions,
} from "./options.js";
import { walkPages } from "./pages.js";
import { createProjectTokens } from "./projectTokens.js";
import type { AdminMembers, AdminMethod, PagedMethod } from "./types.js";
import { createUserData } from "./userData.js";

const CALL_TIMEOUT_MS = 10_000;

type MethodOf<Types> = Types extends readonly [infer Request, Page<infer Item>]
  ? PagedMethod<Request, Item>
  : Types extends readonly [infer Request, infer Result]
    ? AdminMethod<Request, Result>
    : never;
/** Its payload may be any JSON value, which is wider than in the table. */
type WithAnyPayload = "sendNotification" | "sendMobileNotificationByUserId";
type TableMethods = {
  [Name in Exclude<keyof typeof table, WithAnyPayload>]: MethodOf<
    NonNullable<(typeof table)[Name]["types"]>
  >;
};
const OTHER_METHODS = [
  "getProjectToken",
  "exportUserData",
  "eraseUserData",
  "importUserData",
  "sendNotificationToUsers",
] as const;
type OtherMembers = "isEmulator" | WithAnyPayload | (typeof OTHER_METHODS)[number];

/** Callers without TypeScript may leave out anything. */
const asValues = (values: unknown): Values => Object(values) as Values;

/** Writes a payload that is no text as JSON. */
const withPayloadText = (method: string, params: Values): Values => {
  const { payload } = params;
  return typeof payload === "string"
    ? params
    : { ...params, payload: toJson(method, "payload", payload) };
};

function checkOptions(options: GatewayAdminOptions, platform: AdminPlatform): void {
  const { credential, callTimeoutMs = CALL_TIMEOUT_MS, fetch, endpoints = gs2Endpoints } = options;
  requireOptions("GatewayAdmin", credential, {
    fetch: fetch ?? platform.fetch(),
    "callTimeoutMs above 0": callTimeoutMs > 0,
  });
  requireEncryption("GatewayAdmin", credential, [endpoints.rest]);
  const { clientId, projectToken } = asValues(credential);
  for (const [name, text] of Object.entries({ clientId, projectToken })) {
    if (typeof text === "string" && !fitsHeader(text)) {
      throw invalidArgument("GatewayAdmin", `credential.${name}`, "must be printable ASCII");
    }
  }
}

type Internals = ReturnType<typeof createInternals>;

function createInternals(options: GatewayAdminOptions, platform: AdminPlatform) {
  checkOptions(options, platform);
  const {
    namespaceName,
    credential,
    region = DEFAULT_REGION,
    endpoints = gs2Endpoints,
    callTimeoutMs = CALL_TIMEOUT_MS,
    logger,
  } = options;
  const { clock, newId } = platform;
  // Read at each call: a page may replace its fetch.
  const fetch = (): FileFetch => options.fetch ?? platform.fetch()!;
  const base = restBase(endpoints, "gateway", region);
  const report: Report = (level, code, message, detail) => {
    if (logger !== false) (logger ?? console)[level](`[gs2-gateway] ${code}: ${message}`, detail);
  };
  const onIneffectiveField = reportIneffectiveField(report);
  const tokens = createProjectTokens(credential, {
    clock,
    fetch,
    endpoints,
    region,
    callTimeoutMs,
  });
  const ports = {
    clock,
    base,
    namespaceName,
    callTimeoutMs,
    tokens,
    fetch,
    newId,
    onIneffectiveField,
  };
  const call = createCaller(ports);
  const sendToUsers = createBroadcast({
    clock,
    // Ineffective fields are reported once for the whole run, below.
    call: createCaller({ ...ports, onIneffectiveField: () => undefined }),
    newId,
  });
  const isEmulator = !isGs2Endpoint(base);
  if (isEmulator && logger !== false) {
    (logger ?? console).info(`[gs2-gateway] emulator: ${base}`, { rest: base });
  }
  return {
    isEmulator,
    getProjectToken: ({ maxAgeMs = Infinity }: GetProjectTokenOptions) => {
      if (!(maxAgeMs >= 0)) {
        throw invalidArgument("getProjectToken", "maxAgeMs", "takes milliseconds, 0 or more");
      }
      return tokens.grant(maxAgeMs);
    },
    call: (method: AnyMethod, params: Values, callOptions?: InternalCallOptions) =>
      call(
        method,
        "payload" in method.fields ? withPayloadText(method.name, params) : params,
        callOptions,
      ),
    userData: createUserData({
      clock,
      call,
      callTimeoutMs,
      fetch,
      onHandlerError: (error) =>
        report("error", "handlerThrew", redact(String(error), tokens.secrets()), { error }),
    }),
    sendToUsers: (userIds: unknown, params: Values, runOptions: RunOptions) => {
      const notification = withPayloadText(sendNotification.name, params);
      checkMethod(
        sendNotification,
        { ...notification, userId: "-" },
        namespaceName,
        onIneffectiveField,
      );
      return sendToUsers(userIds, notification, runOptions);
    },
  };
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Not in the admin itself: printing or stringifying it shows no credential. */
const internals = new WeakMap<object, Internals>();

/**
 * Methods are on the prototype, so that a subclass can override them and call `super`. The
 * constructor binds them to the admin, so that they can be taken off the object.
 */
class GatewayAdminClass {
  readonly isEmulator: boolean;

  constructor(options: GatewayAdminOptions, platform: AdminPlatform = adminPlatform) {
    const own = createInternals(asValues(options) as never, platform);
    internals.set(this, own);
    this.isEmulator = own.isEmulator;
    const self = this as unknown as Record<string, AnyFunction>;
    const bind = (name: string): AnyFunction => (self[name] = self[name]!.bind(this));
    for (const { name, paged } of allMethods) {
      const method = bind(name) as (params: Values, options: object) => Promise<Values>;
      if (!paged) continue;
      const all = (params?: unknown, pageOptions: object = {}) =>
        walkPages(name, method, asValues(params), pageOptions);
      Object.assign(method, { all });
    }
    OTHER_METHODS.forEach(bind);
  }
}

const define = (
  name: string,
  run: (own: Internals, params: unknown, ...rest: never[]) => Promise<unknown>,
): void =>
  void Object.defineProperty(GatewayAdminClass.prototype, name, {
    configurable: true,
    writable: true,
    value: async function (this: object, params: unknown, ...rest: never[]) {
      return run(internals.get(this)!, params, ...rest);
    },
  });

for (const method of allMethods) {
  define(method.name, ({ call }, params, options?: InternalCallOptions) =>
    call(method, asValues(params), options),
  );
}
define("getProjectToken", async ({ getProjectToken }, options) =>
  getProjectToken(asValues(options)),
);
for (const name of ["exportUserData", "eraseUserData", "importUserData"] as const) {
  define(name, ({ userData }, params, options: JobOptions = {}) =>
    userData[name](asValues(params), options),
  );
}
define("sendNotificationToUsers", ({ sendToUsers }, userIds, params, options: RunOptions = {}) =>
  sendToUsers(userIds, asValues(params), options),
);

/** Not assignable to {@link AdminMembers} when the table has another request or result. */
export const GatewayAdmin: new (
  options: GatewayAdminOptions,
  platform?: AdminPlatform,
) => AdminMembers = GatewayAdminClass as unknown as new () => TableMethods &
  Pick<AdminMembers, OtherMembers>;
