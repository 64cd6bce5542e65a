const ROBOT = "robot:";

/**
 * Robots sit in the same seats as players. No player can have such a name: see {@link userIdOf}.
 */
export const isRobot = (userId: string): boolean => userId.startsWith(ROBOT);

export const nameOf = (userId: string): string =>
  isRobot(userId) ? userId.slice(ROBOT.length) : userId;

export const LONGEST_NAME = 24;

/** The user ID of a given name; empty where the name is not valid. */
export const userIdOf = (given: string): string =>
  Array.from(given.replaceAll(":", " ").trim()).slice(0, LONGEST_NAME).join("").trim();

/**
 * The account of a name: any browser, and several players in one, can play as this player. A game of
 * your own has the account that `signIn` creates for the device.
 */
export const namedAccount = (name: string) => ({ userId: userIdOf(name), password: "starfall" });
