export const drives: Readonly<Record<string, (block: never, stage: never) => Promise<void>>>;
