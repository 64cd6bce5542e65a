// Installs Bun, Deno and workerd for the tests that run the package in them. They are 350 MB,
// therefore no dev dependencies.
import { installFolder } from "./installFolder.mjs";

installFolder("package/runtimes", "Bun, Deno and workerd");
