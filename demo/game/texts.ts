import type { Reason } from "./reasons.js";
import type { FaultName } from "./faults.js";

/** Texts of toasts. */
export interface Announcements {
  readonly matchFound: () => string;
  readonly matchGone: () => string;
  readonly joined: (who: string) => string;
  readonly left: (who: string) => string;
  readonly clouded: (who: string) => string;
  readonly missionComplete: (taskName: string) => string;
  readonly welcomeBack: () => string;
  readonly secondsLeft: (seconds: number) => string;
  readonly hello: (text: string) => string;
}

const tasks: Readonly<Record<string, string>> = {
  "catch-stars": "Catch 30 stars",
  "catch-gold": "Catch 5 golden stars",
  "play-rounds": "Play 3 rounds",
  "win-round": "Win a round",
};

const places = ["1st", "2nd", "3rd", "4th"];

export const english = {
  title: "Starfall, the gs2-gateway demo",
  name: "Starfall",
  languageLabel: "Language",
  close: "Close",

  noServerTitle: "The server is not running",
  noServer: "The game is here, but its server does not answer. Start it in the project's folder:",
  noServerThen: "The page continues by itself once the server answers at this address:",

  who: "Who is playing?",
  pitch: "Catch falling stars, faster than all other players.",
  nameLabel: "Name",
  namePlaceholder: "Alice",
  exclusive: "One session per player",
  exclusiveHint: "A second tab with this name has to take over.",
  play: "Play",

  status: {
    idle: "Idle",
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    connected: "Connected",
    ready: "Connected",
    replaced: "Elsewhere",
    unauthorized: "Signed out",
    closed: "Stopped",
  },
  reasons: {
    network: "The server is out of reach. Is npm start running?",
    offline: "This device is offline.",
    serverClosed: "The server closed the connection.",
    probeFailed: "The connection did not respond.",
    conflict: "Another session has this player.",
    sessionIdShared: "Another tab has the same session.",
    token: "The login has expired.",
    user: "You ended the connection.",
  } satisfies Record<Reason, string>,
  nextTry: (seconds: number) => `Next try in ${seconds} s.`,
  trying: "Trying…",
  playOn: "Play on: what you catch is kept.",
  retry: "Retry now",
  replacedTitle: (name: string) => `${name} plays somewhere else now.`,
  refusedTitle: (name: string) => `${name} already plays in another tab.`,
  playHere: "Play here",
  stoppedTitle: "The connection was ended.",
  again: "Connect again",
  loading: "Loading…",

  quit: "Quit",
  oneSession: "one session",
  chooseSize: "New round",
  players: (count: number) => `${count} players`,
  waiting: (count: number, size: number) => `${count} of ${size} here`,
  noneWaiting: "be the first",
  lobbyTitle: "In the lobby",
  alone: "Only you. Open another player in a second tab, or play with robots.",
  openAnother: "Open another player",
  gatheringTitle: "Waiting for players…",
  freeSeat: "free",
  robots: "Fill with robots",
  leave: "Leave",
  you: "You",
  robot: (name: string) => `${name} (bot)`,

  getReady: "Get ready",
  secondsShort: (seconds: number) => `${seconds} s`,
  timeLeft: "Time left",
  boardLabel: "The sky: four rows of four. Arrow keys move, Space catches.",
  boardHelp: "Tap the stars. Golden ones cloud your rivals' sky; comets cost you.",
  boardKeys: "Keys: 1234 QWER ASDF ZXCV, or arrows and Space.",
  leftMatch: "left",
  collecting: "Time! Collecting the scores…",
  unreported: (count: number) => `${count} not sent yet`,

  placed: (place: number, of: number) => `${places[place - 1] ?? place} of ${of}`,
  youWin: "You win!",
  draw: "A draw!",
  tooLate: (count: number) =>
    `${count} of your catches came too late: the connection was away until the end.`,
  playAgain: "Play again",
  toLobby: "Lobby",

  missionsTitle: "Missions of the day",
  task: (taskName: string) => tasks[taskName] ?? taskName,
  done: "done",

  bell: {
    unsupported: "This browser has no push.",
    "needs-install": "Push needs the game on your home screen.",
    prompt: "Get notified when a match is found.",
    denied: "Notifications are blocked.",
    granted: "Push is off.",
    registered: "You are notified while you are away.",
  },
  bellOn: "Notify me",
  bellOff: "Turn off",
  testPush: "Test push",

  breakIt: "Break my network",
  faultsHint: "Each of these happens in the emulator, on purpose. See how the game reacts.",
  faultsGone: "The emulator does not answer, so nothing can be broken now.",
  clearFaults: "Clear all",
  trigger: "Trigger",
  faults: {
    latency: ["Latency", "Every frame of yours is 0.4 to 0.8\u00a0s late."],
    duplicateNotification: ["Duplicates", "Each notification to you arrives twice."],
    slowLogin: ["Slow login", "The next logins take 3 s, for all players."],
    refuse: ["Refused connections", "New connections are refused, for all players."],
    drop: ["Lost connection", "Your connection drops without a close."],
    halfOpen: ["Half-open", "Your connection falls silent; a probe detects it within 15 s."],
    kick: ["Another device", "Another session takes over: press Play here to get it back."],
    expireTokens: [
      "Tokens expire",
      "Your login expires and your connection drops: a new login is made.",
    ],
  } satisfies Record<FaultName, readonly [name: string, description: string]>,

  newsTitle: "Notifications",
  newsEmpty: "Nothing yet.",
  byPush: "push",

  announcements: {
    matchFound: () => "Match found!",
    matchGone: () => "The match is gone: the server was restarted without it.",
    joined: (who) => `${who} joined`,
    left: (who) => `${who} left`,
    clouded: (who) => `${who} clouds your sky!`,
    missionComplete: (taskName) => `Mission complete: ${tasks[taskName] ?? taskName}`,
    welcomeBack: () => "Welcome back!",
    secondsLeft: (seconds) => `${seconds} seconds left`,
    hello: (text) => text,
  } satisfies Announcements,
};

type Wide<T> = T extends (...args: infer Args) => string
  ? (...args: Args) => string
  : T extends string
    ? string
    : { readonly [Key in keyof T]: Wide<T[Key]> };

export type Texts = Wide<typeof english>;
