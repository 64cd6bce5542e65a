// A program of Bun, Deno or Node. It ends by itself once its client is disposed.
import { argv } from "node:process";
import { play } from "./play.mjs";

const [emulator, accessToken] = argv.slice(2);
console.log(JSON.stringify(await play({ emulator, accessToken })));
