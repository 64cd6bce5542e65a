export type DevtoolsLanguage = "en" | "ja";

const english = {
  label: (title: string) => `Devtools of ${title}`,
  move: "Move the panel: drag it, or press the arrow keys",
  fold: "Fold the panel",
  unfold: (status: string) => `Open the devtools. Status: ${status}`,
  close: "Close the panel",
  status: "Status",
  attempt: (attempt: number) => `attempt ${attempt}`,
  retryIn: (seconds: number) => `next in ${seconds} s`,
  roundTrip: "Round trip",
  measure: "Measure",
  measureHint: "Sends a small call, which GS2 bills",
  failed: (kind: string) => `Failed: ${kind}`,
  seeGuide: (name: string) => `see docs/errors.md#${name.toLowerCase()}`,
  unknownKey: (key: string, nearest: string | undefined) =>
    `"${key}" is not a known key of GS2's notifications.` +
    (nearest === undefined ? "" : ` Did you mean "${nearest}"?`),
  bindings: "Bindings",
  noBinding: "No player is bound.",
  drop: "Drop the line",
  dropHint: "Leaves the socket, as if the network had gone; the client reconnects by itself",
  save: "Save recording",
  saveHint: "Saves the frames as JSON, which `gs2-gateway replay` sends again",
  saved: (count: number) => `Saved ${count} frames`,
  clear: "Clear",
  show: "Show",
  filters: { all: "All frames", notifications: "Notifications", calls: "Calls and replies" },
  count: (count: number) => (count === 1 ? "1 frame" : `${count} frames`),
  frames: "Frames, oldest first. Arrow keys choose one.",
  empty: "No frame yet.",
  newest: "Newest",
  toServer: "to GS2",
  toClient: "from GS2",
  unreadable: "unreadable",
  detail: "The chosen frame",
  payload: "Payload",
  tooLong: "Too long to keep, or no JSON.",
  closeDetail: "Close the frame",
  masked: "Tokens and secrets are ***.",
};

export type DevtoolsTexts = typeof english;

const japanese: DevtoolsTexts = {
  label: (title) => `${title} の開発ツール`,
  move: "パネルを動かす（ドラッグまたは矢印キー）",
  fold: "パネルをたたむ",
  unfold: (status) => `開発ツールを開く。状態: ${status}`,
  close: "パネルを閉じる",
  status: "状態",
  attempt: (attempt) => `${attempt} 回目`,
  retryIn: (seconds) => `次は ${seconds} 秒後`,
  roundTrip: "往復時間",
  measure: "測る",
  measureHint: "小さな呼び出しを 1 回送ります（GS2 の課金対象）",
  failed: (kind) => `失敗: ${kind}`,
  seeGuide: (name) => `docs/ja/errors.md#${name.toLowerCase()} を参照`,
  unknownKey: (key, nearest) =>
    `"${key}" は、知られている GS2 の通知のキーではありません。` +
    (nearest === undefined ? "" : `"${nearest}" の間違いではありませんか。`),
  bindings: "バインド",
  noBinding: "バインドされたプレイヤーはいません。",
  drop: "回線を切る",
  dropHint: "ネットワークが切れたときのようにソケットを離れます。クライアントは自分で再接続します",
  save: "記録を保存",
  saveHint: "フレームを JSON で保存します。`gs2-gateway replay` で再生できます",
  saved: (count) => `${count} フレームを保存しました`,
  clear: "消去",
  show: "表示",
  filters: { all: "すべてのフレーム", notifications: "通知", calls: "呼び出しと応答" },
  count: (count) => `${count} フレーム`,
  frames: "フレーム（古い順）。矢印キーで選びます。",
  empty: "フレームはまだありません。",
  newest: "最新へ",
  toServer: "GS2 へ",
  toClient: "GS2 から",
  unreadable: "読めないフレーム",
  detail: "選んだフレーム",
  payload: "ペイロード",
  tooLong: "長すぎるか、JSON ではありません。",
  closeDetail: "フレームを閉じる",
  masked: "トークンとシークレットは *** で表示します。",
};

export const devtoolsTexts: Readonly<Record<DevtoolsLanguage, DevtoolsTexts>> = {
  en: english,
  ja: japanese,
};

export const languageOfBrowser = (): DevtoolsLanguage =>
  navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
