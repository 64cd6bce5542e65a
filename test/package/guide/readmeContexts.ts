/**
 * READMEs show parts of programs: the context of each part, by a text that only this part contains.
 */
const contexts: readonly (readonly [marker: string, before: string, after?: string])[] = [
  [
    "await signIn(",
    `import { GatewayClient } from "gs2-gateway";
     import { authentication, createAccount, loginBySignature } from "gs2-gateway/calls";
     import { startEmulator } from "gs2-gateway/emulator";
     const emulator = await startEmulator({ namespaces: ["game-0001"] });
     // Stand in for GS2-Account and GS2-Auth, which the emulator does not implement.
     const item = { accountId: "a", userId: "user-0001", password: "pass", createdAt: 0 };
     emulator.handle(createAccount, () => ({ item }));
     emulator.handle(authentication, ({ params }) => ({
       item,
       body: String(params["userId"]),
       signature: "signature",
     }));
     emulator.handle(loginBySignature, async ({ params }) => ({
       token: await emulator.issueAccessToken({ userId: String(params["body"]) }),
       userId: String(params["body"]),
       expire: Date.now() + 3_600_000,
     }));
     const gateway = new GatewayClient({
       namespaceName: "game-0001",
       credential: { clientId: "your client id", clientSecret: "your client secret" },
       endpoints: emulator.endpoints,
     });`,
    `const { state } = gateway.connection.bindings["player"]!;
     if (userId !== "user-0001" || state !== "held") throw new Error(\`\${userId}: \${state}\`);
     gateway.dispose();
     await emulator.stop();`,
  ],
];

/** The whole program of a README's part. */
export function withContext(code: string): string {
  const found = contexts.filter(([marker]) => code.includes(marker));
  if (found.length !== 1) throw new Error(`${found.length} contexts fit this part:\n${code}`);
  const [, before, after = ""] = found[0]!;
  return `${before}\n${code}\n${after}`;
}
