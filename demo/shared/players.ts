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
