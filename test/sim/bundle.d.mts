export function bundle(
  entry: string,
  name: string,
  mutation?: { readonly file: string; readonly find: string; readonly replace: string },
): Promise<string>;
