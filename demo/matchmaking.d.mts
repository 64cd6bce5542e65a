export interface Gathering {
  name: string;
  players: string[];
  complete: boolean;
}

export interface Notice {
  userId: string;
  key: string;
  payload: Record<string, string>;
}

export function createMatchmaking(): {
  join(userId: string, isPlaying?: (userId: string) => boolean): Notice[];
  leave(userId: string): Notice[];
  gatheringOf(userId: string): Gathering | null;
};
