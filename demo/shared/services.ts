// The names of the game's namespaces and master data on GS2.

export const gatewayNamespace = "game-0001";
export const accountNamespace = "account";
export const matchmakingNamespace = "matchmaking";
export const missionNamespace = "mission";

/** The key of GS2-Key that GS2-Account signs with. */
export const keyId = "grn:gs2:ap-northeast-1:owner-0001:key:key-0001:key:login";

export const missionGroup = "daily";

/** The attributes of a player who looks for a match. */
export const sizeAttribute = "size";
export const roundMsAttribute = "roundMs";
