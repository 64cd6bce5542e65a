export const checks: Readonly<Record<string, (block: never, environment: never) => Promise<void>>>;
