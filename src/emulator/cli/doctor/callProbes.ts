import {
  createNamespace,
  describeWebSocketSessionsByUserId,
  sendMobileNotificationByUserId,
  setFirebaseTokenByUserId,
  setUserId,
  updateNamespace,
} from "../../../wire/methods.js";
import { isObject } from "../../store/json.js";
import { protocolOf, send } from "./notificationProbes.js";
import { fact, row } from "./rows.js";
import { describe, itemOf } from "./seen.js";
import type { Probe } from "./probe.js";

export const DESCRIPTION = "made by gs2-gateway doctor, and deleted by it";

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

const updateAndMobile: Probe = {
  name: "updateNamespace, and mobile notifications",
  calls: 6,
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
    const params = { namespaceName: name, firebaseSecret: "doctor" };
    const seen = await gateway.rest(updateNamespace, params);
    const { description, revision } = itemOf(seen);
    const withoutToken = await sendMobile(user("no-device"));
    const transferred = await send(examination, userId, "transfer", { transfer: true });
    const partial = await gateway.rest(updateNamespace, {
      ...params,
      transactionSetting: { enableAutoRun: true },
    });
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

export const callProbes: readonly Probe[] = [
  namespaceName,
  updateAndMobile,
  tokenLength,
  messageSize,
];
