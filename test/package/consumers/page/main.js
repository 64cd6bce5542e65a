import * as index from "gs2-gateway";
import * as admin from "gs2-gateway/admin";
import * as calls from "gs2-gateway/calls";
import * as compatCore from "gs2-gateway/compat/core";
import * as compatGateway from "gs2-gateway/compat/gateway";
import * as devtools from "gs2-gateway/devtools";
import * as emulatorBrowser from "gs2-gateway/emulator/browser";
import * as measure from "gs2-gateway/measure";
import * as phaser from "gs2-gateway/phaser";
import "gs2-gateway/phaser/global";
import * as push from "gs2-gateway/push";
import * as testing from "gs2-gateway/testing";
import { play, playInWorker } from "./play.js";

globalThis.played = play({
  index,
  admin,
  calls,
  compatCore,
  compatGateway,
  devtools,
  emulatorBrowser,
  measure,
  phaser,
  push,
  testing,
});

globalThis.playedInWorker = playInWorker(
  new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
);
