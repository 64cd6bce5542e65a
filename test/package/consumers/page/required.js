const { play } = require("./play.js");

require("gs2-gateway/phaser/global");

globalThis.played = play({
  index: require("gs2-gateway"),
  admin: require("gs2-gateway/admin"),
  calls: require("gs2-gateway/calls"),
  compatCore: require("gs2-gateway/compat/core"),
  compatGateway: require("gs2-gateway/compat/gateway"),
  devtools: require("gs2-gateway/devtools"),
  emulatorBrowser: require("gs2-gateway/emulator/browser"),
  measure: require("gs2-gateway/measure"),
  phaser: require("gs2-gateway/phaser"),
  push: require("gs2-gateway/push"),
  testing: require("gs2-gateway/testing"),
});
