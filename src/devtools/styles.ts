/** Height of a row of the list, in pixels. */
export const ROW_HEIGHT = 24;

const light = `
  color-scheme: light;
  --ground: #ffffff; --sunk: #f4f5fb; --line: #d5d9ea; --edge: #868ba6; --text: #1a1c2b;
  --soft: #565a73; --accent: #4a41d8; --tint: #ecebff; --good: #0a6b42; --bad: #a8231b;
  --wait: #7d4a06;`;

const dark = `
  color-scheme: dark;
  --ground: #181b28; --sunk: #10121b; --line: #2c3046; --edge: #6c7296; --text: #eceefa;
  --soft: #a8adc8; --accent: #9d9aff; --tint: #262650; --good: #55d89b; --bad: #ff948b;
  --wait: #f2b866;`;

export const styles = `
:host { all: initial; position: fixed; z-index: 2147483647; ${light} }
@media (prefers-color-scheme: dark) { :host(:not([data-theme])) { ${dark} } }
:host([data-theme="dark"]) { ${dark} }
@media print { :host { display: none; } }
* { box-sizing: border-box; margin: 0; min-width: 0; }
.panel, .pill {
  color: var(--text); background: var(--ground); border: 1px solid var(--edge);
  border-radius: 10px; box-shadow: 0 4px 18px rgb(0 0 0 / 30%);
  font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Hiragino Sans", "Yu Gothic UI",
    "Noto Sans JP", "Noto Sans CJK JP", sans-serif;
}
.panel {
  display: flex; flex-direction: column; width: min(420px, calc(100vw - 16px));
  max-height: min(560px, calc(100vh - 16px)); overflow: hidden;
}
.bar {
  display: flex; align-items: center; gap: 4px; padding: 4px 4px 4px 10px; cursor: move;
  touch-action: none; user-select: none; -webkit-user-select: none; background: var(--sunk);
  border-bottom: 1px solid var(--line);
}
.bar h2 { font: inherit; font-weight: 650; flex: 1; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
button, select {
  min-height: 28px; padding: 2px 10px; border: 1px solid var(--edge); border-radius: 6px;
  background: var(--ground); color: inherit; font: inherit; cursor: pointer;
}
button:hover:not(:disabled) { background: var(--tint); }
button:disabled { opacity: 0.55; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.square { width: 28px; padding: 0; border-color: transparent; background: transparent; }
.pill { display: flex; align-items: center; gap: 6px; min-height: 32px; padding: 2px 12px;
  cursor: pointer; touch-action: none; }
.dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: var(--wait); }
.good .dot { background: var(--good); }
.bad .dot { background: var(--bad); }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; align-items: center;
  padding: 8px 10px; }
dt { color: var(--soft); }
dd { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; overflow-wrap: anywhere; }
ul { list-style: none; padding: 0; }
.good strong { color: var(--good); }
.bad strong { color: var(--bad); }
.wait strong { color: var(--wait); }
.soft, small { color: var(--soft); }
small { font-size: 12px; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 0 10px 8px; }
.tools { display: flex; align-items: center; gap: 8px; padding: 6px 10px;
  border-top: 1px solid var(--line); }
.tools span { margin-left: auto; }
.note { padding: 0 10px; }
.note:not(:empty) { padding-bottom: 8px; }
.note.bad { color: var(--bad); }
.frame-list { position: relative; display: flex; flex: 1 1 160px; min-height: 96px; }
.list { flex: 1; overflow: auto; background: var(--sunk); border-top: 1px solid var(--line); }
.whole { position: relative; overflow: hidden; }
.row {
  position: absolute; left: 0; right: 0; top: 0; height: ${ROW_HEIGHT}px; padding: 0 10px;
  display: flex; align-items: center; gap: 8px; white-space: nowrap; cursor: pointer;
}
.row[aria-selected="true"] { background: var(--tint); box-shadow: inset 3px 0 var(--accent); }
.row .what { overflow: hidden; text-overflow: ellipsis; font-weight: 550; flex: 0 1 auto; }
.row .preview { overflow: hidden; text-overflow: ellipsis; flex: 1 1 0; color: var(--soft); }
.row.bad .what { color: var(--bad); }
time, .code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  font-size: 12px; }
time { color: var(--soft); }
.newest { position: absolute; right: 12px; bottom: 8px; }
.empty { padding: 16px 10px; color: var(--soft); }
.detail { display: flex; flex-direction: column; flex: 1 1 200px; min-height: 120px;
  border-top: 1px solid var(--line); }
.detail header { display: flex; align-items: center; gap: 8px; padding: 2px 4px 2px 10px; }
.detail header strong { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
pre { flex: 1; overflow: auto; margin: 0; padding: 4px 10px 10px; white-space: pre-wrap;
  overflow-wrap: anywhere; user-select: text; -webkit-user-select: text; }
`;
