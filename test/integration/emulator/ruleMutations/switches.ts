import ts from "typescript";

/** A place in the emulator's code that refuses a call and can be disabled. */
export interface Refusal {
  readonly file: string;
  readonly line: number;
  /** Source text of its condition. */
  readonly text: string;
}

interface Edit {
  readonly at: number;
  readonly insert: string;
}

/** Calls that build a refusal. So does `{ problem: ... }` of a field. */
const BUILDERS = new Set([
  "failure",
  "conflict",
  "notFound",
  "unauthorized",
  "notImplemented",
  "unknownFunction",
]);

/** Global function: whether a refusal is enabled. Called only when it is reached. */
export const SWITCH = "__isEnabled";

/**
 * Puts a switch before every refusal of a source file: `if (taken) return refused(...)` becomes
 * `if ((taken) && __isEnabled(7)) return refused(...)`. Refusals are found by their builders, so
 * that a new one cannot be forgotten. A refusal without a condition is an error.
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
  const addSwitch = (refusal: ts.Node, condition: ts.Node, insert: (on: string) => void) => {
    const { line } = tree.getLineAndCharacterOfPosition(refusal.getStart());
    const text = condition.getText().replace(/\s+/g, " ");
    insert(`${SWITCH}(${add({ file, line: line + 1, text })})`);
  };
  /** Finds the nearest branch that decides about the refusal. */
  const switchAt = (refusal: ts.Node) => {
    for (let node = refusal; ; node = node.parent) {
      const parent = node.parent;
      if (ts.isIfStatement(parent) && node !== parent.expression) {
        const { expression, thenStatement } = parent;
        addSwitch(refusal, expression, (on) =>
          node === thenStatement
            ? wrap(expression, "(", `) && ${on}`)
            : wrap(node, `if (${on}) `, ""),
        );
        return;
      }
      if (ts.isConditionalExpression(parent) && node !== parent.condition) {
        const { condition, whenTrue } = parent;
        addSwitch(refusal, condition, (on) =>
          wrap(condition, "((", node === whenTrue ? `) && ${on})` : `) || !${on})`),
        );
        return;
      }
      if (
        ts.isBinaryExpression(parent) &&
        parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        node === parent.right
      ) {
        addSwitch(refusal, parent.left, (on) => wrap(node, `(${on} ? `, " : undefined)"));
        return;
      }
      if (ts.isFunctionLike(parent)) {
        // The builder itself.
        const declaration = parent.parent;
        if (ts.isVariableDeclaration(declaration) && BUILDERS.has(declaration.name.getText()))
          return;
        const { line } = tree.getLineAndCharacterOfPosition(refusal.getStart());
        throw new Error(`${file}:${line + 1} refuses without a condition.`);
      }
    }
  };
  const visit = (node: ts.Node) => {
    if (isRefusal(node)) switchAt(node);
    else ts.forEachChild(node, visit);
  };
  visit(tree);
  return edits
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, insert }) => text.slice(0, at) + insert + text.slice(at), source);
}

function isRefusal(node: ts.Node): boolean {
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.some((property) => property.name?.getText() === "problem");
  }
  if (!ts.isCallExpression(node)) return false;
  const called = node.expression.getText();
  // `errors.push(...nested.errors)` passes on refusals of another place.
  if (called === "errors.push") return !node.arguments.some(ts.isSpreadElement);
  return BUILDERS.has(called);
}
