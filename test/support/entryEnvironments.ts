import { typedEntries } from "../../scripts/entries.mjs";

/** Whether an entry is imported on a page (and in its workers), and whether on Node. */
interface Environments {
  readonly page: boolean;
  readonly node: boolean;
}

const environments: Readonly<Record<string, Environments>> = {
  ".": { page: true, node: true },
  "./admin": { page: true, node: true },
  "./calls": { page: true, node: true },
  "./compat/core": { page: true, node: true },
  "./compat/gateway": { page: true, node: true },
  "./devtools": { page: true, node: true },
  "./emulator": { page: false, node: true },
  "./emulator/browser": { page: true, node: true },
  "./measure": { page: true, node: true },
  "./phaser": { page: true, node: false },
  "./phaser/global": { page: true, node: false },
  "./push": { page: true, node: false },
  "./testing": { page: true, node: true },
};

/** The specifiers of an environment's entries. Throws if the table above lacks an entry. */
export const entriesFor = (environment: keyof Environments): string[] =>
  typedEntries.flatMap(({ path }) => {
    const entry = environments[path!];
    if (!entry) throw new Error(`${path!} is missing from test/support/entryEnvironments.ts.`);
    return entry[environment] ? [`gs2-gateway${path!.slice(1)}`] : [];
  });
