import { render } from "preact";
import { log, refreshFor, refreshAll } from "./app.js";
import { listen } from "./log/stream.js";
import { Shell } from "./shell.js";

render(<Shell />, document.getElementById("inspector")!);
refreshAll();
listen((run, entries) => {
  log.append(run, entries);
  refreshFor(entries);
});
