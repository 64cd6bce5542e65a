import { render } from "preact";
import { App } from "./app.js";
import { resume } from "./game.js";
import { waitForServer } from "./noServer.js";

const root = document.getElementById("app");
if (root) render(<App />, root);
void waitForServer().then(resume);
