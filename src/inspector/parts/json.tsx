import type { ComponentChildren } from "preact";

/** Names, strings, numbers and keywords of JSON. */
const TOKEN =
  /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

/** Each colour costs an element: a longer text has none. */
const LONGEST_COLOURED = 20_000;

function coloured(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match;
    parts.push(text.slice(end, match.index));
    const shown = quoted ?? whole;
    const kind = colon !== undefined ? "name" : quoted !== undefined ? "text" : "value";
    parts.push(<span class={`json-${kind}`}>{shown}</span>, colon ?? "");
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}

/** A value as indented JSON. */
export function Json({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <pre class="json" tabIndex={0} role="region" aria-label={label}>
      {text.length > LONGEST_COLOURED ? text : coloured(text)}
    </pre>
  );
}

/** The value of a JSON text; else the text. */
export function readable(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
