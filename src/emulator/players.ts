import type { JournalPlayer } from "../wire/journal.js";
import type { World } from "./world.js";

const NOBODY: readonly JournalPlayer[] = [];

/** Who is bound on a connection. */
export function playersOn(world: World, connectionId: string): readonly JournalPlayer[] {
  const players = world.connections.get(connectionId)?.players;
  if (!players || players.size === 0) return NOBODY;
  return [...players].map((player) => {
    const end = player.indexOf("\u0000");
    return { namespaceName: player.slice(0, end), userId: player.slice(end + 1) };
  });
}
