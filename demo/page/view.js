// What the page looks like. Nothing in here knows the SDK but by the shape of its snapshots.

const find = (selector) => document.querySelector(selector);
const start = find("#start");
const game = find("#game");

const statusWords = {
  idle: "Not connected",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  connected: "Connected",
  ready: "Ready",
  replaced: "Playing elsewhere",
  unauthorized: "Signed out",
  closed: "Disconnected",
};

const notificationWords = {
  "Gs2Matchmaking:Join": ({ joinUserId }) => `${joinUserId} joined`,
  "Gs2Matchmaking:Leave": ({ leaveUserId }) => `${leaveUserId} left`,
  "Gs2Matchmaking:Complete": () => "The match is complete",
  "Gs2Mission:Complete": ({ taskName }) => `Mission ${taskName} is done`,
  "demo:hello": ({ text }) => text,
};

let name = "";
let exclusive = false;
let connection;

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function paintAvatar(avatar, userId) {
  const hue = [...userId].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  avatar.textContent = [...userId][0]?.toUpperCase() ?? "";
  avatar.style.setProperty("--hue", hue);
}

/** What has the focus must not vanish under it: a keyboard would start over at the top of the page. */
function show(part, visible, next = find("#player h2")) {
  const focused = !visible && part.contains(document.activeElement);
  part.hidden = !visible;
  if (focused) next.focus();
}

/** Not `disabled`, which takes the focus away. */
const setEnabled = (button, enabled) =>
  button.setAttribute("aria-disabled", String(!enabled || button.ariaBusy === "true"));

export function onPress(id, action) {
  const button = document.getElementById(id);
  button.addEventListener("click", async (event) => {
    // The second click of a double click would hit what has come in the button's place.
    if (event.detail > 1 || button.getAttribute("aria-disabled") === "true") return;
    button.ariaBusy = "true";
    update();
    try {
      await action();
    } catch (error) {
      showToast(error.message);
    }
    button.ariaBusy = "false";
    update();
  });
}

export function onPlay(play) {
  start.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = new FormData(start);
    void play(form.get("name").trim(), form.has("exclusive"));
  });
  // A reload comes straight back into the game.
  const asked = new URLSearchParams(location.search);
  const player = asked.get("name")?.trim();
  if (player) void play(player, asked.get("exclusive") === "1");
}

export const isExclusive = () => exclusive;

export function showStart() {
  history.replaceState(null, "", location.pathname);
  game.hidden = true;
  start.hidden = false;
  start.elements.namedItem("name").focus();
}

export function showPlayer(player, onePlace) {
  name = player;
  exclusive = onePlace;
  start.elements.namedItem("name").value = name;
  start.elements.namedItem("exclusive").checked = exclusive;
  const address = `?${new URLSearchParams({ name, ...(exclusive && { exclusive: "1" }) })}`;
  history.replaceState(null, "", address);
  find("#same").href = address;
  find("#same").textContent = `Open ${name} again`;

  paintAvatar(find("#player .avatar"), name);
  find("#player h2").textContent = name;
  find("#player .tag").hidden = !exclusive;
  find("#log ol").replaceChildren();
  showGathering(null);
  start.hidden = true;
  game.hidden = false;
  find("#player h2").focus();
}

export function showConnection(now) {
  connection = now;
  const pill = find("#status");
  pill.dataset.status = now.status;
  pill.textContent = statusWords[now.status];
  update();
}

export function showGathering(gathering, news = "") {
  const { players = [], complete = false } = gathering ?? {};
  const opponent = players.find((player) => player !== name);
  const [mine, other] = document.querySelectorAll(".seat");
  fillSeat(mine, name, players.length > 0);
  fillSeat(other, opponent, opponent !== undefined);
  other.classList.toggle("searching", players.length > 0 && !complete);
  find("#match").classList.toggle("complete", complete);
  const stands = complete
    ? `You play against ${opponent}.`
    : gathering
      ? "Waiting for another player…"
      : "Play against whoever comes next.";
  find("#news").textContent = `${news} ${stands}`.trim();
  const [from, to] = gathering ? ["#find", "#leave"] : ["#leave", "#find"];
  show(find(to), true);
  show(find(from), false, find(to));
}

function fillSeat(seat, userId, taken) {
  const avatar = element("span", "avatar", "");
  avatar.ariaHidden = "true";
  if (userId) paintAvatar(avatar, userId);
  seat.replaceChildren(avatar, element("span", "who", userId ?? "?"));
  seat.classList.toggle("taken", taken);
}

export function logNotification({ key, payload, rawPayload, receivedAt, via }) {
  const words = notificationWords[key]?.(payload) ?? rawPayload;
  const entry = element("li", "", "");
  entry.append(
    element("span", "words", words),
    element("time", "", new Date(receivedAt).toLocaleTimeString()),
    element("code", "", via === "push" ? `${key} (push)` : key),
  );
  entry.dataset.key = key;
  entry.dataset.via = via;
  const list = find("#log ol");
  list.prepend(entry);
  while (list.children.length > 100) list.lastChild.remove();
}

export function showBell({ status, words, hint, isOn, isUsable }) {
  const bell = find("#bell");
  find("#push").dataset.status = status;
  find("#push p").textContent = words;
  find("#push").title = hint;
  bell.textContent = isOn ? "Turn off" : "Notify me";
  bell.setAttribute("aria-disabled", String(!isUsable));
  show(find("#testPush"), isOn, bell);
}

/** Where a click on a notification leads. */
export function showLobby(key) {
  if (game.hidden) return;
  find("#match").scrollIntoView();
  showToast(key === "Gs2Matchmaking:Complete" ? "Match found!" : "Welcome back!");
}

let toastTimer;

export function showToast(text) {
  const toast = find("#toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), 5_000);
}

/** Everything that follows from the connection. */
function update() {
  const { status, bindings } = connection;
  const binding = bindings.player;
  const refused = binding?.error?.kind === "conflict";
  const replaced = binding?.state === "replaced";

  const place = find("#place");
  const appears = place.hidden;
  show(place, refused || replaced);
  show(find("#match"), !refused && !replaced);
  show(find("#mission"), !refused && !replaced);
  if (refused || replaced) {
    find("#place h2").textContent = replaced
      ? "Your place was taken"
      : "Already playing in another tab";
    find("#place p").textContent = replaced
      ? `${name} plays somewhere else now, and this tab hears nothing any more.`
      : `${name} has one place only. Playing here ends the game over there.`;
    find("#takeOver").textContent = replaced ? "Play here again" : "Play here instead";
    if (appears) find("#place h2").focus();
  }

  // A place can only be taken over an open connection.
  const open = status === "connected" || status === "replaced";
  for (const id of ["find", "leave", "finish"]) setEnabled(find(`#${id}`), status === "ready");
  setEnabled(find("#takeOver"), open);
  for (const id of ["quit", "retry", "again"]) setEnabled(find(`#${id}`), true);

  const ended = status === "unauthorized" || status === "closed";
  show(find("#retry"), !ended);
  show(find("#again"), ended);
  tellTrouble(connection);
}

function tellTrouble({ status, reason, error, attempt, nextRetryAt }) {
  const retrying = status === "reconnecting" || (status === "connecting" && attempt > 1);
  const ended = status === "unauthorized" || status === "closed";
  show(find("#trouble"), retrying || ended);
  const seconds = Math.ceil((nextRetryAt - Date.now()) / 1000);
  find("#trouble p").textContent = ended
    ? (error?.message ?? "The connection was ended.")
    : [
        reason === "offline" ? "You are offline." : "The server is out of reach.",
        seconds > 0 ? `Next try in ${seconds} s.` : "Trying…",
      ].join(" ");
}

// The seconds until the next try go by without an event.
setInterval(() => connection.nextRetryAt && tellTrouble(connection), 250);
