import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inRepo } from "../../support/repo.js";

// The package brings its sources, which TypeScript reads instead of its declarations.
vi.setConfig({ testTimeout: 120_000 });

// Beside this file, so that imports find what they would find here.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(inRepo("test", "integration", "compat", "types-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What TypeScript says of one file; the package's own files are as they are. */
async function said(text: string): Promise<string[]> {
  const file = join(folder, "mover.ts");
  await writeFile(file, text);
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const source = program.getSourceFile(file)!;
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const mover = `
  import { Gs2MatchmakingRestClient, request } from "../../official/node_modules/gs2/matchmaking";
  import { Gs2GatewayWebSocketClient } from "../../official/node_modules/gs2/gateway";
  import { Gs2RestSession, Gs2WebSocketSession, BasicGs2Credential } from "../../../../src/compat/core.js";
  const session = new Gs2RestSession("ap-northeast-1", new BasicGs2Credential("client", "secret"));
  const client = new Gs2MatchmakingRestClient(session);
  export const name: Promise<string | null | undefined> = client
    .getNamespace(new request.GetNamespaceRequest().withNamespaceName("n"))
    .then((result) => result.getItem()?.getName());
`;

test("an untouched official client of another service accepts our REST session", async () => {
  expect(await said(mover)).toEqual([]);
});

test("it would not accept anything else", async () => {
  const without = mover.replace("Client(session)", "Client({ ...session, region: 1 })");
  expect(await said(without)).toHaveLength(1);
});

// Its private fields make the class a name of its own for TypeScript: no other class fits, however it is written.
test("an official socket client wants our session cast, for its private fields alone", async () => {
  const [problem, ...none] = await said(`${mover}
    new Gs2GatewayWebSocketClient(new Gs2WebSocketSession("r", new BasicGs2Credential("c", "s")));
  `);
  expect(none).toEqual([]);
  expect(problem).toMatch(
    /missing the following properties.*: client, inflightRequest, onOpenHandlers/,
  );
});
