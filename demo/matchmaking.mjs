const SIZE = 2;

/** Who plays whom, in gatherings of two. It tells nobody itself: `join` and `leave` answer who is to be told what. */
export function createMatchmaking() {
  const gatherings = new Map();
  let made = 0;

  const find = (fits) => [...gatherings.values()].find(fits);
  const holding = (userId) => find(({ players }) => players.includes(userId));
  const notice = (userId, key, { name }, more) => ({
    userId,
    key,
    payload: { namespaceName: "matchmaking", gatheringName: name, ...more },
  });

  function leave(userId) {
    const gathering = holding(userId);
    if (!gathering) return [];
    gathering.players = gathering.players.filter((player) => player !== userId);
    if (gathering.players.length === 0) gatherings.delete(gathering.name);
    return gathering.players.map((player) =>
      notice(player, "Gs2Matchmaking:Leave", gathering, { leaveUserId: userId }),
    );
  }

  /** @param isPlaying whoever waits and is not has closed the page: nobody is matched with them */
  function join(userId, isPlaying = () => true) {
    if (holding(userId)) return [];
    let gathering;
    while ((gathering = find(({ players }) => players.length < SIZE))) {
      const gone = gathering.players.filter((player) => !isPlaying(player));
      if (gone.length === 0) break;
      gone.forEach(leave);
    }
    if (!gathering) {
      gathering = { name: `gathering-${String(++made).padStart(4, "0")}`, players: [] };
      gatherings.set(gathering.name, gathering);
    }
    const before = gathering.players;
    gathering.players = [...before, userId];
    return [
      ...before.map((player) =>
        notice(player, "Gs2Matchmaking:Join", gathering, { joinUserId: userId }),
      ),
      ...(gathering.players.length < SIZE ? [] : gathering.players).map((player) =>
        notice(player, "Gs2Matchmaking:Complete", gathering),
      ),
    ];
  }

  function gatheringOf(userId) {
    const { name, players } = holding(userId) ?? {};
    return players ? { name, players, complete: players.length === SIZE } : null;
  }

  return { join, leave, gatheringOf };
}
