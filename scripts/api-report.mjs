// `npm run api` writes the report of public types to test/package/api/, so that each change of one
// shows in a diff.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import { typedEntries } from "./entries.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const silent = { default: { logLevel: "none" } };

const configOf = (name) =>
  ExtractorConfig.prepare({
    configObject: {
      mainEntryPointFilePath: `${root}dist/${name}.d.ts`,
      projectFolder: root,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2022",
            module: "esnext",
            moduleResolution: "bundler",
            lib: ["es2022", "dom"],
            types: ["node"],
            skipLibCheck: true,
          },
          files: typedEntries.map((entry) => `dist/${entry.name}.d.ts`),
        },
      },
      apiReport: {
        enabled: true,
        reportFolder: `${root}test/package/api`,
        reportTempFolder: `${root}artifacts/api`,
        reportFileName: `${name}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: silent,
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
      newlineKind: "lf",
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: `${root}package.json`,
  });

/**
 * Names of the entries whose report differs from the declarations in dist/.
 *
 * @param {{ write?: boolean }} [options] `write` replaces the reports
 */
export function changedApi({ write = false } = {}) {
  mkdirSync(`${root}test/package/api`, { recursive: true });
  const configs = new Map(typedEntries.map(({ name }) => [name, configOf(name)]));
  const [first, ...others] = configs.values();
  // One program for all entries: most of the time goes into reading the platform's types.
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  return [...configs].flatMap(([name, config]) => {
    const { apiReportChanged } = Extractor.invoke(config, {
      compilerState,
      localBuild: write,
      messageCallback: (message) => (message.handled = true),
    });
    return apiReportChanged ? [name] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const changed = changedApi({ write: true });
  console.log(changed.length > 0 ? `Written: ${changed.join(", ")}` : "Nothing has changed");
}
