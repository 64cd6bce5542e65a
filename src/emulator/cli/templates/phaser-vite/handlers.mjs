// The functions of GS2 that this game calls, as `npm run dev` and the tests handle them. Against
// GS2 itself this file is not used.
import {
  authentication,
  createAccount,
  createGathering,
  doMatchmaking,
  loginBySignature,
} from "gs2-gateway/calls";

/** The robot joins a gathering that no second player has joined until then. */
const ROBOT_AFTER_MS = 1_500;

const EXPIRES_IN_MS = 3_600_000;

/**
 * @param {import("gs2-gateway/emulator").Emulator} emulator
 * @param {{ robotAfterMs?: number }} options
 */
export function handlers(emulator, { robotAfterMs = ROBOT_AFTER_MS } = {}) {
  handleAccounts(emulator);
  return handleMatchmaking(emulator, robotAfterMs);
}

/**
 * Accepts every account, so that a browser stays the same player when the gateway restarts.
 *
 * @param {import("gs2-gateway/emulator").Emulator} emulator
 */
function handleAccounts(emulator) {
  /** @param {string} userId */
  const accountOf = (userId, password = "") => ({
    accountId: `grn:gs2:local:account:user:${userId}`,
    ...{ userId, password, createdAt: emulator.clock.now() },
  });
  emulator.handle(createAccount, () => ({
    item: accountOf(`user-${crypto.randomUUID().slice(0, 8)}`, crypto.randomUUID()),
  }));
  emulator.handle(authentication, ({ params: { userId } }) => ({
    item: accountOf(userId),
    body: JSON.stringify({ userId }),
    signature: "local",
  }));
  emulator.handle(loginBySignature, async ({ params: { body } }) => {
    const { userId } = JSON.parse(body);
    const token = await emulator.issueAccessToken({ userId, expiresInMs: EXPIRES_IN_MS });
    return { token, userId, expire: emulator.clock.now() + EXPIRES_IN_MS };
  });
}

/**
 * @param {import("gs2-gateway/emulator").Emulator} emulator
 * @param {number} robotAfterMs
 */
function handleMatchmaking(emulator, robotAfterMs) {
  /** @type {Map<string, { namespaceName: string, capacity: number, userIds: string[] }>} */
  const open = new Map();
  let made = 0;

  /** @param {string} name */
  const itemOf = (name, { capacity = 0, userIds = /** @type {string[]} */ ([]) }) => ({
    gatheringId: `grn:gs2:local:matchmaking:gathering:${name}`,
    name,
    capacityOfRoles: [
      { roleName: "default", capacity, participants: userIds.map((userId) => ({ userId })) },
    ],
    ...{ createdAt: emulator.clock.now(), updatedAt: emulator.clock.now() },
  });

  /** @param {string} name @param {string} joinUserId */
  async function join(name, joinUserId) {
    const gathering = open.get(name);
    if (!gathering) return undefined;
    const { namespaceName, capacity, userIds: before } = gathering;
    const userIds = [...before, joinUserId];
    open.set(name, { ...gathering, userIds });
    const payload = { namespaceName, gatheringName: name };
    for (const userId of before) {
      const key = "Gs2Matchmaking:Join";
      await emulator.notify({ userId, key, payload: { ...payload, joinUserId } });
    }
    if (userIds.length >= capacity) {
      open.delete(name);
      for (const userId of userIds) {
        await emulator.notify({ userId, key: "Gs2Matchmaking:Complete", payload });
      }
    }
    return itemOf(name, { capacity, userIds });
  }

  emulator.handle(
    doMatchmaking,
    async ({ userId }) => {
      const [name] = [...open].find(([, { userIds }]) => !userIds.includes(userId)) ?? [];
      return { item: name ? await join(name, userId) : undefined };
    },
    { requirePlayer: true },
  );

  /** @type {Set<ReturnType<typeof setTimeout>>} */
  const timers = new Set();
  emulator.handle(
    createGathering,
    ({ userId, params: { namespaceName, capacityOfRoles } }) => {
      const name = `gathering-${++made}`;
      const capacity = capacityOfRoles[0]?.capacity ?? 2;
      const gathering = { namespaceName, capacity, userIds: [userId] };
      open.set(name, gathering);
      timers.add(setTimeout(() => void join(name, "robot"), robotAfterMs));
      return { item: itemOf(name, gathering) };
    },
    { requirePlayer: true },
  );
  return () => timers.forEach((timer) => clearTimeout(timer));
}
