import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { gameOptions } from "../../support/gameOptions.js";
import { inRepo } from "../../support/repo.js";

// The package contains its sources, which TypeScript reads instead of its declarations.
vi.setConfig({ testTimeout: 120_000 });

// In this folder, so that imports resolve as in this file.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(inRepo("test", "integration", "compat", "types-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** TypeScript's diagnostics of one file, without those of the package's own files. */
async function diagnosticsOf(text: string): Promise<string[]> {
  const file = join(folder, "mover.ts");
  await writeFile(file, text);
  const program = ts.createProgram([file], gameOptions);
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

test("an official client of another service accepts a REST session of compat", async () => {
  expect(await diagnosticsOf(mover)).toEqual([]);
});

test("an official client accepts nothing else", async () => {
  const without = mover.replace("Client(session)", "Client({ ...session, region: 1 })");
  expect(await diagnosticsOf(without)).toHaveLength(1);
});

// Its private fields make the official class nominal in TypeScript: no other class is assignable.
test("an official socket client needs a cast for compat's session, because of private fields only", async () => {
  const [problem, ...none] = await diagnosticsOf(`${mover}
    new Gs2GatewayWebSocketClient(new Gs2WebSocketSession("r", new BasicGs2Credential("c", "s")));
  `);
  expect(none).toEqual([]);
  expect(problem).toMatch(
    /missing the following properties.*: client, inflightRequest, onOpenHandlers/,
  );
});
