import { dts } from "rollup-plugin-dts";
import { typedEntries } from "../entries.mjs";
import { inDist, inputOf } from "./distFiles.mjs";

/**
 * The run that bundles the declarations.
 *
 * Users merge their own keys by `declare module "gs2-gateway" { interface NotificationMap ... }`.
 * TypeScript merges into the module that declares an interface, so index.d.ts declares it itself,
 * and the other entries import it from there, not from a chunk. The types of the method table are a
 * chunk: only compat uses them.
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
      return /build\/wire\/(methods|fields)\.d\.ts$/.test(file) ? "methods" : undefined;
    },
  })),
});
