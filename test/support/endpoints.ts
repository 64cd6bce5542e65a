import { typedEntries } from "../../scripts/entries.mjs";

/** Where an entry is used: on a page (and in its workers), on Node, or on both. */
interface Place {
  readonly page: boolean;
  readonly node: boolean;
}

/** Tests of the package read from here who has to get along with which entry. */
const places: Readonly<Record<string, Place>> = {
  ".": { page: true, node: true },
  "./admin": { page: true, node: true },
  "./compat/core": { page: true, node: true },
  "./compat/gateway": { page: true, node: true },
  "./emulator": { page: false, node: true },
  "./phaser": { page: true, node: false },
  "./phaser/global": { page: true, node: false },
  "./push": { page: true, node: false },
  "./testing": { page: true, node: true },
};

/** The names under which the entries of a place are imported. Throws where an entry is in no place yet. */
export const importedOn = (where: keyof Place): string[] =>
  typedEntries.flatMap(({ path }) => {
    const place = places[path!];
    if (!place) throw new Error(`Say in test/support/endpoints.ts where ${path!} is used.`);
    return place[where] ? [`gs2-gateway${path!.slice(1)}`] : [];
  });
