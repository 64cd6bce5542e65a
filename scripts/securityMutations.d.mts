export const securityMutations: readonly {
  /** The cell "Attack" of its row in SECURITY.md. */
  readonly row: string;
  readonly protection: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** A file in the cell "Verified by" of the row. */
  readonly test: string;
  /** Part of the name of the tests that must fail. */
  readonly name: string;
  /** Part of `npm test`. Default: where the test is in test/unit. */
  readonly isCore?: boolean;
}[];
