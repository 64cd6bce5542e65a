export type Language = "en" | "ja";
export type PartName =
  | "machine"
  | "measures"
  | "senderCeiling"
  | "growth"
  | "boundAgain"
  | "gzipBytes"
  | "installedBytes"
  | "emulator"
  | "exec"
  | "inspector"
  | "chromium"
  | "heap"
  | "returnAfterOutage"
  | "mutations"
  | "summary";
export type Parts = Readonly<Record<PartName, string>>;

export const pagesOfFigures: readonly { readonly language: Language; readonly file: string }[];
export function partsOf(figures: object, language: Language): Parts;
export function withParts(text: string, parts: Parts): string;
export function chartsOf(figures: object): Readonly<Record<string, string | undefined>>;
export function chartFile(name: string): string;
