import ts from "typescript";
import { describe, expect, it } from "vitest";
import { gameOptions } from "../support/gameOptions.js";
import { inRepo } from "../support/repo.js";

/** A module that would lie in the package's root, where `gs2-gateway` is the package itself. */
const GAME = inRepo("game.ts");

const registry = ts.createDocumentRegistry();

function editorOf(code: string): ts.LanguageService {
  return ts.createLanguageService(
    {
      getScriptFileNames: () => [GAME],
      getScriptVersion: (file) => (file === GAME ? code : "1"),
      getScriptSnapshot: (file) => {
        const text = file === GAME ? code : ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => inRepo(),
      getCompilationSettings: () => gameOptions,
      getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
      fileExists: (file) => file === GAME || ts.sys.fileExists(file),
      readFile: (file) => ts.sys.readFile(file),
      readDirectory: (...args) => ts.sys.readDirectory(...args),
      directoryExists: (folder) => ts.sys.directoryExists(folder),
      getDirectories: (folder) => ts.sys.getDirectories(folder),
    },
    registry,
  );
}

const imports = `
import type { GatewayClient } from "gs2-gateway";
import type { SceneScope } from "gs2-gateway/phaser";
import type { TestGateway } from "gs2-gateway/testing";
declare const gateway: GatewayClient;
declare const scope: SceneScope;
declare const test: TestGateway;
`;

const messagesOf = (code: string): string[] =>
  editorOf(imports + code)
    .getSemanticDiagnostics(GAME)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));

describe("the compiler", () => {
  it.each([
    'gateway.on("Gs2Matchmaking:Joined", () => undefined);',
    'gateway.on("Gs2Matchmaking:Joined", ({ payload }) => payload);',
    'void gateway.waitFor("Gs2Matchmaking:Joined");',
    'scope.on("Gs2Matchmaking:Joined", () => undefined);',
    'void scope.waitFor("Gs2Matchmaking:Joined");',
    'test.emit("Gs2Matchmaking:Joined", {});',
  ])("says in one line where a key is declared: %s", (code) => {
    expect(messagesOf(code)).toEqual([
      `Argument of type '"Gs2Matchmaking:Joined"' is not assignable to parameter of type 'NotificationKey | ` +
        `["Gs2Matchmaking:Joined is not declared: add it to the interface NotificationMap of gs2-gateway, or correct it"]'.`,
    ]);
  });

  it("names the property that a pair does not have", () => {
    expect(messagesOf('gateway.on({ subjct: "" }, () => undefined);')).toEqual([
      "Object literal may only specify known properties, but 'subjct' does not exist in type " +
        "'NotificationPair'. Did you mean to write 'subject'?",
    ]);
  });

  it("accepts what is declared, as with a source file", () => {
    expect(messagesOf('gateway.on("Gs2Matchmaking:Join", (n) => n.payload.joinUserId);')).toEqual(
      [],
    );
  });

  it("suggests keys in an editor, and nothing that is none", () => {
    const code = `${imports}gateway.on("`;
    const suggested = editorOf(`${code}");`).getCompletionsAtPosition(GAME, code.length, {});
    const names = suggested!.entries.map(({ name }) => name);
    expect(names).toContain("Gs2Matchmaking:Join");
    expect(names.filter((name) => !/^Gs2\w+:\w+$/.test(name) && name !== "*")).toEqual([]);
  });
});
