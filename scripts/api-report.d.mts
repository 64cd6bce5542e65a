export function changedApi(options?: { write?: boolean }): string[];
