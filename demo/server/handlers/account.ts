import { randomUUID } from "node:crypto";
import { authentication, createAccount, loginBySignature } from "gs2-gateway/calls";
import { EmulatorError, type Emulator } from "gs2-gateway/emulator";
import { namedAccount } from "../../shared/players.js";

const EXPIRES_IN_MS = 3_600_000;

/** GS2-Account and GS2-Auth: the accounts of names, and anonymous ones until the server stops. */
export function handleAccounts(emulator: Emulator): void {
  const passwords = new Map<string, string>();
  const itemOf = (userId: string, password = "") => ({
    accountId: `grn:gs2:local:account:user:${userId}`,
    ...{ userId, password, createdAt: emulator.clock.now() },
  });

  const passwordOf = (userId: string): string | undefined => {
    const named = namedAccount(userId);
    return named.userId === userId ? named.password : passwords.get(userId);
  };

  emulator.handle(createAccount, () => {
    // A name has no colon.
    const [userId, password] = [`account:${randomUUID()}`, randomUUID()];
    passwords.set(userId, password);
    return { item: itemOf(userId, password) };
  });

  emulator.handle(authentication, ({ params: { userId, password } }) => {
    const kept = passwordOf(userId);
    if (kept === undefined) throw refused(404, "account.account.error.notFound");
    if (kept !== password) throw refused(401, "account.account.error.notMatch");
    return { item: itemOf(userId), body: JSON.stringify({ userId }), signature: "local" };
  });

  emulator.handle(loginBySignature, async ({ params: { body, signature } }) => {
    const userId = userIdIn(body);
    if (userId === undefined || signature !== "local") {
      throw refused(401, "auth.accessToken.error.signature");
    }
    const token = await emulator.issueAccessToken({ userId, expiresInMs: EXPIRES_IN_MS });
    return { token, userId, expire: emulator.clock.now() + EXPIRES_IN_MS };
  });
}

function userIdIn(body: string): string | undefined {
  try {
    const { userId } = Object(JSON.parse(body)) as { userId?: unknown };
    return typeof userId === "string" && userId !== "" ? userId : undefined;
  } catch {
    return undefined;
  }
}

export const refused = (status: number, message: string): EmulatorError =>
  new EmulatorError(status, [{ component: message.split(".")[1] ?? message, message }]);
