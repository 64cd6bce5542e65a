import { allMethods } from "../wire/allMethods.js";
import { emulatorEndpoints } from "../wire/places.js";

/** What a browser shows that is pointed at the emulator. */
export function welcomePage(url: string, data: string | undefined): string {
  const { rest, webSocket } = emulatorEndpoints(url);
  const rows = [
    ["REST of the services", rest],
    ["Socket", webSocket],
    ["Is it ready?", `${url}/_emulator/ready`],
    ["Sessions", `${url}/_emulator/sessions`],
    ["Calls so far", `${url}/_emulator/calls`],
    ["What would go to mobile devices", `${url}/_emulator/outbox`],
    ["The next push for a device, once", `${url}/_emulator/pushes`],
    ["State, to keep and to PUT back", `${url}/_emulator/state`],
  ] as const;
  const list = rows
    .map(([name, address]) => {
      const shown = address.includes("/_emulator/")
        ? `<a href="${address}">${address}</a>`
        : `<code>${address}</code>`;
      return `<tr><th>${name}</th><td>${shown}</td></tr>`;
    })
    .join("");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gs2-gateway emulator</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 44rem; padding: 0 1rem }
th { text-align: left; padding-right: 1.5rem; font-weight: 600 }
</style>
<h1>gs2-gateway emulator</h1>
<p>A local stand-in for GS2-Gateway, to develop and test games against. It answers all ${allMethods.length} methods over REST and over the socket.
${data === undefined ? "It keeps everything in memory" : `It keeps namespaces and tokens in <code>${escaped(data)}</code>`} and sends nothing out.</p>
<table>${list}</table>
<p>Send a notification: <code>gs2-gateway notify --user user-0001 --key Gs2Matchmaking:Join --payload '{}'</code></p>
</html>
`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
