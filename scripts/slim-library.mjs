import { minify } from "terser";

// What we never touch of reconnecting-websocket: one instance makes one attempt, and our events and sends go to the raw socket.
const UNUSED = new Set([
  "CONNECTING",
  "OPEN",
  "CLOSING",
  "binaryType",
  "retryCount",
  "bufferedAmount",
  "extensions",
  "protocol",
  "url",
  "readyState",
  "reconnect",
  "send",
  "dispatchEvent",
  "removeEventListener",
  "_debug",
]);

/** The member of ReconnectingWebSocket a statement defines, if it is one of those that nobody uses. */
function unusedMember({ type, expression }) {
  if (type !== "ExpressionStatement") return undefined;
  const name =
    expression.type === "AssignmentExpression"
      ? expression.left.property?.name
      : expression.callee?.property?.name === "defineProperty"
        ? expression.arguments[1].value
        : undefined;
  return UNUSED.has(name) ? name : undefined;
}

// Nobody sets these handlers, and without `send` nothing is ever queued.
const IDLE = new Set(["onopen", "onmessage", "onerror", "onclose", "_messageQueue"]);

/** Looks at, sets or empties something that is never in use. */
function isIdle({ type, test, expression }) {
  if (type === "IfStatement") return IDLE.has(test.property?.name);
  if (type !== "ExpressionStatement") return false;
  const { type: kind, left, callee } = expression;
  return IDLE.has(
    kind === "AssignmentExpression" ? left.property?.name : callee?.object?.property?.name,
  );
}

const isDebugCall = ({ type, expression }) =>
  type === "ExpressionStatement" && expression.callee?.property?.name === "_debug";

/** The outermost statements that can go, in the order of the file. */
function superfluous(node) {
  if (Array.isArray(node)) return node.flatMap(superfluous);
  if (typeof node?.type !== "string") return [];
  if (unusedMember(node) || isDebugCall(node) || isIdle(node)) return [node];
  return Object.values(node).flatMap((value) =>
    typeof value === "object" ? superfluous(value) : [],
  );
}

/**
 * Makes reconnecting-websocket smaller without changing what is left of it: members nobody uses go, and its private properties get short names.
 * A bundler can do neither, since it cannot know who reads a property.
 */
export const slimLibrary = {
  name: "slim-library",
  async transform(code, id) {
    if (!/[\\/]reconnecting-websocket[\\/]/.test(id)) return null;
    const statements = superfluous(this.parse(code));
    const gone = new Set(statements.map(unusedMember));
    const slim = statements.reduceRight(
      (text, { start, end }) => text.slice(0, start) + text.slice(end),
      code,
    );
    for (const name of UNUSED) {
      if (!gone.has(name)) this.error(`reconnecting-websocket has no member ${name} any more`);
    }
    const { code: short } = await minify(slim, {
      module: true,
      compress: false,
      // Two underscores in front are the language's own (__proto__) or TypeScript's helpers.
      mangle: { properties: { regex: /^_[a-zA-Z]/ } },
      format: { beautify: true, comments: false },
    });
    return { code: short, map: null };
  },
};
