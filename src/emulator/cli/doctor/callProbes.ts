import {
  createNamespace,
  describeWebSocketSessionsByUserId,
  sendMobileNotificationByUserId,
  sendNotification,
  setFirebaseTokenByUserId,
  setUserId,
  updateNamespace,
} from "../../../wire/methods.js";
import { isObject } from "../../store/json.js";
import { fact, row } from "./rows.js";
import { describe, type Seen } from "./seen.js";
import { boundPlayer, type Examination, type Probe } from "./sessionProbes.js";

export const DESCRIPTION = "made by gs2-gateway doctor, and deleted by it";

const itemOf = ({ body }: Seen): Record<string, unknown> =>
  isObject(body["item"]) ? body["item"] : {};

const namespaceName: Probe = {
  name: "a namespace whose name is taken",
  calls: 1,
  async run({ gateway, namespaceName: name }) {
    const seen = await gateway.rest(createNamespace, { name });
    const { status, body } = seen;
    const evidence = describe(seen);
    const list: unknown = JSON.parse(typeof body["message"] === "string" ? body["message"] : "[]");
    const entry: unknown = Array.isArray(list) ? list[0] : undefined;
    return [
      row(
        "namespaceNameTaken",
        status === 409 || status === 405 ? "conflict" : status === 400 ? "badRequest" : undefined,
        `a name that is taken gets ${evidence}`,
      ),
      row(
        "errorEntriesHaveCode",
        isObject(entry) ? "code" in entry : undefined,
        `the entries of its error list have ${isObject(entry) ? Object.keys(entry).join(", ") : "no fields"}`,
      ),
    ];
  },
};

const update: Probe = {
  name: "updateNamespace",
  calls: 2,
  async run({ gateway, namespaceName: name }) {
    const params = { namespaceName: name };
    const seen = await gateway.rest(updateNamespace, params);
    const { description, revision } = itemOf(seen);
    const partial = await gateway.rest(updateNamespace, {
      ...params,
      transactionSetting: { enableAutoRun: true },
    });
    return [
      row(
        "updateNamespaceOmitted",
        seen.status !== 200 ? undefined : description === DESCRIPTION ? "keeps" : "clears",
        seen.status === 200
          ? `a description that is left out becomes ${JSON.stringify(description ?? null)}`
          : `updateNamespace gets ${describe(seen)}`,
      ),
      row(
        "strictRequiredConditions",
        partial.status === 200 ? false : partial.status === 400 ? true : undefined,
        `a transactionSetting with enableAutoRun alone gets ${describe(partial)}`,
      ),
      fact(
        typeof revision === "number" && partial.status === 200
          ? itemOf(partial)["revision"] === revision + 1
          : undefined,
        `two updates make the revisions ${[seen, partial].map((one) => String(itemOf(one)["revision"] as number | undefined)).join(" and ")}`,
      ),
    ];
  },
};

const send = (
  { gateway, namespaceName: name }: Examination,
  userId: string,
  subject: string,
  options: { readonly duplicationAvoider?: string; readonly transfer?: true } = {},
): Promise<Seen> =>
  gateway.rest(
    sendNotification,
    {
      namespaceName: name,
      userId,
      subject,
      payload: "{}",
      ...(options.transfer ? { enableTransferMobileNotification: true } : {}),
    },
    options,
  );

const protocolOf = ({ status, body }: Seen): string | null | undefined => {
  if (status !== 200) return undefined;
  const { protocol } = body;
  return typeof protocol === "string" ? protocol : null;
};

const notifications: Probe = {
  name: "notifications",
  calls: 6,
  async run(examination) {
    const first = await boundPlayer(examination, "notified");
    const { socket, userId } = await boundPlayer(examination, "notified");
    const isFirstOpen = await first.isOpen();
    const seen = await send(examination, userId, "first");
    const again = { duplicationAvoider: examination.user("avoider") };
    await send(examination, userId, "again", again);
    await send(examination, userId, "again", again);
    await send(examination, userId, "last");
    const received = await socket.upTo("last");
    const subjects = received.map(({ subject }) => subject);
    const copies = subjects.filter((subject) => subject === "again").length;
    const reached = seen.body["sendConnectionIds"];
    const count = Array.isArray(reached) ? reached.length : 0;
    const issuer = received.find(({ subject }) => subject === "first")?.issuer;
    return [
      row(
        "onConcurrentOldSession",
        isFirstOpen ? "stays" : "cut",
        `when a second concurrent client is bound, the first is ${isFirstOpen ? "open" : "closed"}`,
      ),
      row(
        "notificationGoesTo",
        !isFirstOpen ? undefined : count === 2 ? "all" : count === 1 ? "latest" : undefined,
        `of two sessions of a user ${count} are reached (${describe(seen)})`,
      ),
      row(
        "protocolOfSocket",
        protocolOf(seen) ?? undefined,
        `the reply says protocol ${JSON.stringify(protocolOf(seen) ?? null)}`,
      ),
      row("customNotificationIssuer", issuer, `its issuer is ${JSON.stringify(issuer ?? null)}`),
      row(
        "duplicationAvoider",
        copies === 1 ? "honour" : copies === 2 ? "ignore" : undefined,
        `two calls with the same duplicationAvoider send ${copies} notifications`,
      ),
      fact(
        subjects.length > 1 ? subjects[0] === "first" && subjects.at(-1) === "last" : undefined,
        "a socket receives notifications in the order in which they were sent",
      ),
    ];
  },
};

const undelivered: Probe = {
  name: "a notification without a session",
  calls: 3,
  async run(examination) {
    const userId = examination.user("away");
    const seen = await send(examination, userId, "missed");
    const { socket } = await boundPlayer(examination, "away");
    await send(examination, userId, "last");
    const subjects = (await socket.upTo("last")).map(({ subject }) => subject);
    return [
      row(
        "protocolWhenUndelivered",
        protocolOf(seen),
        `a user without a session: ${describe(seen)}, protocol ${JSON.stringify(protocolOf(seen) ?? null)}`,
      ),
      fact(
        subjects.length === 0 ? undefined : !subjects.includes("missed"),
        subjects.includes("missed")
          ? "a notification that was sent before the bind arrives after it"
          : "a notification that was sent before the bind never arrives",
      ),
    ];
  },
};

const mobile: Probe = {
  name: "mobile notifications",
  calls: 5,
  async run(examination) {
    const { gateway, namespaceName: name, user } = examination;
    const sendMobile = (userId: string) =>
      gateway.rest(sendMobileNotificationByUserId, {
        namespaceName: name,
        userId,
        subject: "doctor",
        payload: "{}",
      });
    const userId = user("mobile");
    await gateway.rest(setFirebaseTokenByUserId, { namespaceName: name, userId, token: "doctor" });
    const withoutSecret = await sendMobile(userId);
    await gateway.rest(updateNamespace, {
      namespaceName: name,
      description: DESCRIPTION,
      firebaseSecret: "doctor",
    });
    const withoutToken = await sendMobile(user("no-device"));
    const transferred = await send(examination, userId, "transfer", { transfer: true });
    return [
      row(
        "mobileNotificationWithoutSecret",
        { 200: "ignored" as const, 400: "badRequest" as const }[withoutSecret.status],
        `a mobile notification in a namespace without a firebaseSecret gets ${describe(withoutSecret)}`,
      ),
      row(
        "mobileNotificationWithoutToken",
        { 200: "ignored" as const, 404: "notFound" as const }[withoutToken.status],
        `one to a user without a token gets ${describe(withoutToken)}`,
      ),
      row(
        "protocolOfMobile",
        protocolOf(transferred) ?? undefined,
        `one that is transferred: ${describe(transferred)}, protocol ${JSON.stringify(protocolOf(transferred) ?? null)}`,
      ),
    ];
  },
};

const tokenLength: Probe = {
  name: "long access tokens",
  calls: 2,
  async run({ gateway, namespaceName: name }) {
    const ask = (length: number) =>
      gateway.rest(setUserId, {
        namespaceName: name,
        connectionId: "doctor",
        accessToken: "x".repeat(length),
      });
    // An unknown token is a 401, one that is too long a 400.
    const at129 = await ask(129);
    const at1025 = await ask(1025);
    const known = [at129, at1025].every(({ status }) => status === 400 || status === 401);
    return [
      row(
        "accessTokenMaxLength",
        !known ? undefined : at129.status === 400 ? 128 : at1025.status === 400 ? 1024 : null,
        `an unknown access token of 129 characters gets ${describe(at129)}, one of 1,025 ${describe(at1025)}`,
      ),
    ];
  },
};

/** AWS publishes 32 kB for a frame and 128 kB for a message. */
const [SMALL, MIDDLE, LARGE] = [32_768, 131_072, 262_144] as const;

const messageSize: Probe = {
  name: "long messages",
  calls: 2,
  async run({ gateway, namespaceName: name, user }) {
    const params = { namespaceName: name, userId: user("size") };
    /** The close code of a socket that sends one byte more; null: it gets a reply. */
    const closeCodeAt = async (size: number) => {
      const socket = await gateway.open();
      const { status } = await socket.call(describeWebSocketSessionsByUserId, params, size + 1);
      return status === 0 ? socket.closed() : null;
    };
    const middle = await closeCodeAt(MIDDLE);
    const other = await closeCodeAt(middle === null ? LARGE : SMALL);
    const [size, code] =
      middle === null ? [LARGE, other] : other === null ? [MIDDLE, middle] : [SMALL, other];
    const bytes = `a message of ${(size + 1).toLocaleString("en")} bytes`;
    return code === null
      ? [row("maxMessageBytes", null, `${bytes} gets a reply`)]
      : [
          row(
            "maxMessageBytes",
            code === undefined ? undefined : size,
            `${bytes} closes the socket with ${code ?? "no code"}`,
          ),
        ];
  },
};

/** `mobile` gives the namespace a secret, so it comes after `update`. */
export const callProbes: readonly Probe[] = [
  namespaceName,
  update,
  notifications,
  undelivered,
  mobile,
  tokenLength,
  messageSize,
];
