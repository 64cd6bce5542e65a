interface Figure {
  readonly median: number;
  readonly ratio: number;
}

export function invalidFigures(results: {
  readonly measures: Readonly<Record<string, Readonly<Record<string, Figure>>>>;
  readonly senderCeiling: { readonly median: number };
}): string[];
