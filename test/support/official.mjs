// Installs the official npm package `gs2` for the tests that run it against the emulator. It is
// 129 MB, therefore not a dev dependency.
import { installFolder } from "./installFolder.mjs";

installFolder("integration/official", "the official package");
