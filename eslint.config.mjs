import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "build/",
      "dist/",
      "artifacts/",
      "coverage/",
      "**/node_modules/",
      // They are compiled and run as users do, with settings of their own.
      "test/package/consumers/",
      "src/emulator/cli/templates/",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      // The whole program once: a project service, which follows edits, takes a third longer.
      parserOptions: {
        project: ["tsconfig.json", "test/types/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // `== null` matches null and undefined.
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export by name: importers then use the same name.",
        },
        {
          selector:
            "ExportNamedDeclaration[source][exportKind='value'][specifiers.length>0]:not(:has(ExportSpecifier[exportKind='value']))",
          message: "`export { type A }` loads the file, `export type { A }` does not.",
        },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      // `import { type A }` loads the file, `import type { A }` does not.
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An underscore marks what is not used; TypeScript reports the rest too.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" },
      ],
      // Users merge into NotificationMap, so it is an interface.
      "@typescript-eslint/no-empty-object-type": [
        "error",
        { allowInterfaces: "with-single-extends" },
      ],
      // Numbers are readable in messages; objects and undefined are still reported.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => socket.close()` is a usual handler, and `return other()` a usual early return.
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `Record<never, never>` is the request or result of a method without fields.
      "@typescript-eslint/no-generated-empty-object-type": "off",
      // `keyof NotificationMap & string` is not redundant: users merge keys into the map.
      "@typescript-eslint/no-redundant-type-constituents": "off",
      // The state machine has plain records keyed by slot.
      "@typescript-eslint/no-dynamic-delete": "off",
      // Interfaces of the platform and the emulator require promises, even if nothing is awaited.
      "@typescript-eslint/require-await": "off",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      // A check of what cannot happen is code that every player downloads.
      "@typescript-eslint/no-non-null-assertion": "off",
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Tables: one entry a method or a text.
    files: ["src/wire/methods.ts", "src/inspector/texts*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A test that reads a missing value fails, as it should.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Fakes have empty methods.
      "@typescript-eslint/no-empty-function": "off",
      // `expect(fake.method)` names a method without calling it.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  {
    files: ["test/package/guide/pageChecks.mjs", "scripts/site/page/*.mjs"],
    languageOptions: { globals: globals.browser },
  },
  {
    // The tools read the default export.
    files: ["**/*.config.{ts,mjs}", ".dependency-cruiser.mjs"],
    rules: { "no-restricted-syntax": "off" },
  },
);
