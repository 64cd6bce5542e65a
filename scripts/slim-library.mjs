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
  "_getNextDelay",
]);

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

/**
 * What is left to do in these with one attempt to make and a URL that is a text. The library waits with a timer of 0 ms, which in Node and
 * on loopback takes longer than connecting.
 */
const SHORTER = {
  _wait: "return Promise.resolve();",
  _getNextUrl: "return Promise.resolve(this._url);",
};

/** The member of ReconnectingWebSocket a statement defines. */
function memberOf({ type, expression }) {
  if (type !== "ExpressionStatement") return undefined;
  return expression.type === "AssignmentExpression"
    ? expression.left.property?.name
    : expression.callee?.property?.name === "defineProperty"
      ? expression.arguments[1].value
      : undefined;
}

/** What is to be put in the place of a statement or a body, in the order of the file. */
function changes(node) {
  if (Array.isArray(node)) return node.flatMap(changes);
  if (typeof node?.type !== "string") return [];
  const { start, end } = node;
  const member = memberOf(node);
  if (UNUSED.has(member) || isDebugCall(node) || isIdle(node)) {
    return [{ start, end, member, text: "" }];
  }
  if (Object.hasOwn(SHORTER, member ?? "")) {
    const { body } = node.expression.right;
    return [{ start: body.start, end: body.end, member, text: `{ ${SHORTER[member]} }` }];
  }
  return Object.values(node).flatMap((value) => (typeof value === "object" ? changes(value) : []));
}

/**
 * Makes reconnecting-websocket smaller without changing what we see of it: members nobody uses go, and its private properties get short names.
 * A bundler can do neither, since it cannot know who reads a property.
 */
export const slimLibrary = {
  name: "slim-library",
  async transform(code, id) {
    if (!/[\\/]reconnecting-websocket[\\/]/.test(id)) return null;
    const list = changes(this.parse(code));
    const slim = list.reduceRight(
      (text, { start, end, text: instead }) => text.slice(0, start) + instead + text.slice(end),
      code,
    );
    const changed = new Set(list.map(({ member }) => member));
    for (const name of [...UNUSED, ...Object.keys(SHORTER)]) {
      if (!changed.has(name)) this.error(`reconnecting-websocket has no member ${name} any more`);
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
