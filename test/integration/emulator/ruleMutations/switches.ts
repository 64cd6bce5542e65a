import ts from "typescript";

/** A place in the emulator's code that refuses a call, and can be made to let it through. */
export interface Refusal {
  readonly file: string;
  readonly line: number;
  /** The condition it stands under, as written. */
  readonly text: string;
}

interface Edit {
  readonly at: number;
  readonly insert: string;
}

/** What builds a refusal in the emulator's rules: these calls, and `{ problem: ... }` of a field. */
const BUILDERS = new Set([
  "failure",
  "notFound",
  "unauthorized",
  "notImplemented",
  "unknownFunction",
]);

/** A global function of this name answers whether the refusal with a number is in force. It is asked only where the refusal is due. */
export const SWITCH = "__inForce";

/**
 * Puts a switch before every refusal of a source file: `if (taken) return refused(...)` becomes
 * `if ((taken) && __inForce(7)) return refused(...)`. They are found, not listed, so that a new refusal cannot be forgotten; one that
 * stands under no condition is an error.
 */
export function withSwitches(
  file: string,
  source: string,
  add: (refusal: Refusal) => number,
): string {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];

  const wrap = (node: ts.Node, before: string, after: string) => {
    edits.push({ at: node.getStart(), insert: before }, { at: node.getEnd(), insert: after });
  };
  const put = (refusal: ts.Node, condition: ts.Node, place: (on: string) => void) => {
    const { line } = tree.getLineAndCharacterOfPosition(refusal.getStart());
    const text = condition.getText().replace(/\s+/g, " ");
    place(`${SWITCH}(${add({ file, line: line + 1, text })})`);
  };
  /** The nearest branch above that decides about the refusal. */
  const switchAt = (refusal: ts.Node) => {
    for (let node = refusal; ; node = node.parent) {
      const above = node.parent;
      if (ts.isIfStatement(above) && node !== above.expression) {
        const { expression, thenStatement } = above;
        put(refusal, expression, (on) =>
          node === thenStatement
            ? wrap(expression, "(", `) && ${on}`)
            : wrap(node, `if (${on}) `, ""),
        );
        return;
      }
      if (ts.isConditionalExpression(above) && node !== above.condition) {
        const { condition, whenTrue } = above;
        put(refusal, condition, (on) =>
          wrap(condition, "((", node === whenTrue ? `) && ${on})` : `) || !${on})`),
        );
        return;
      }
      if (
        ts.isBinaryExpression(above) &&
        above.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        node === above.right
      ) {
        put(refusal, above.left, (on) => wrap(node, `(${on} ? `, " : undefined)"));
        return;
      }
      if (ts.isFunctionLike(above)) {
        // The builder itself.
        const named = above.parent;
        if (ts.isVariableDeclaration(named) && BUILDERS.has(named.name.getText())) return;
        const { line } = tree.getLineAndCharacterOfPosition(refusal.getStart());
        throw new Error(`${file}:${line + 1} refuses under no condition.`);
      }
    }
  };
  const visit = (node: ts.Node) => {
    if (isRefusal(node)) switchAt(node);
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return edits
    .sort((one, other) => other.at - one.at)
    .reduce((text, { at, insert }) => text.slice(0, at) + insert + text.slice(at), source);
}

function isRefusal(node: ts.Node): boolean {
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.some((property) => property.name?.getText() === "problem");
  }
  if (!ts.isCallExpression(node)) return false;
  const called = node.expression.getText();
  // `errors.push(...nested.errors)` hands on what was refused elsewhere.
  if (called === "errors.push") return !node.arguments.some(ts.isSpreadElement);
  return BUILDERS.has(called);
}
