export interface Entry {
  name: string;
  source: string;
  path?: string;
  bin?: string;
  typesOf?: string;
}
export const entries: Entry[];
export const libraryEntries: Entry[];
export const typedEntries: Entry[];
