import { dts } from "rollup-plugin-dts";
import { typedEntries } from "../entries.mjs";
import { inDist, inputOf } from "./distFiles.mjs";

/**
 * The run that bundles the declarations.
 *
 * Users merge their own keys by `declare module "gs2-gateway" { interface NotificationMap ... }`. The interface stands in index.d.ts itself
 * and the other entries import it from there, so that merging rests on no re-export from a chunk. The table of methods stays out of it: its
 * type is part of compat's, and no name that players see.
 */
export const declarations = (external) => ({
  input: inputOf(typedEntries, ".d.ts"),
  external,
  plugins: [dts()],
  preserveEntrySignatures: "allow-extension",
  output: [".d.ts", ".d.cts"].map((extension) => ({
    ...inDist(extension),
    minifyInternalExports: false,
    manualChunks: (id) => {
      const file = id.replaceAll("\\", "/");
      if (/build\/(index|wire\/notifications)\.d\.ts$/.test(file)) return "index";
      return file.endsWith("build/wire/methods.d.ts") ? "methods" : undefined;
    },
  })),
});
