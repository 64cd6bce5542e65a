// Puts a button under each program of a page that runs, and under it what the program prints and
// the frames between it and the emulator.
const inJapanese = /\/guide\/ja\//.test(location.pathname);
const texts = inJapanese
  ? {
      run: "実行",
      stop: "停止",
      running: "実行中",
      finished: "終了",
      failed: "失敗",
      stopped: "停止しました",
      output: "出力",
      frames: "フレーム",
      example: "例",
      noOutput: "出力はありません",
      noFrames: "フレームはありません",
      sent: "送信",
      received: "受信",
    }
  : {
      run: "Run",
      stop: "Stop",
      running: "Running",
      finished: "Finished",
      failed: "Failed",
      stopped: "Stopped",
      output: "Output",
      frames: "Frames",
      example: "Example",
      noOutput: "Nothing was printed",
      noFrames: "No frames",
      sent: "sent",
      received: "received",
    };

const MAX_ENTRIES = 500;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function addEntry(list, entry) {
  list.append(entry);
  if (list.children.length > MAX_ENTRIES) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
}

const textEntry = (text, failed = false) =>
  element("li", { textContent: text, className: failed ? "example-failed" : "" });

/** A frame, from the client's point of view. */
function frameEntry({ direction, type, method, status, body }) {
  const [arrow, way] = direction === "in" ? ["→", texts.sent] : ["←", texts.received];
  const { subject, issuer } = body?.body ?? {};
  const summary = `${arrow} ${way} ${type} ${method ?? (subject || issuer) ?? ""}${status === null ? "" : ` ${status}`}`;
  return element(
    "li",
    {},
    element(
      "details",
      {},
      element("summary", { textContent: summary }),
      element("pre", { textContent: JSON.stringify(body, undefined, 2) }),
    ),
  );
}

const titled = (title, list) => [element("h5", { textContent: title }), list];

function addExample(code, number) {
  const name = code.dataset.example;
  // The name of a button says which program it runs.
  const label = `${texts.example} ${number}`;
  const run = element("button", { type: "button", textContent: texts.run });
  run.setAttribute("aria-label", `${texts.run}: ${label}`);
  const stop = element("button", { type: "button", textContent: texts.stop, hidden: true });
  stop.setAttribute("aria-label", `${texts.stop}: ${label}`);
  const status = element("span", { className: "example-status", role: "status" });
  const result = element("div", { className: "example-result", hidden: true });
  const bar = element("div", { className: "example-bar" }, run, stop, status);
  const example = element("div", { className: "example" }, bar, result);
  code.closest("pre").after(example);

  let frame;
  let output;
  let frames;
  const show = (text, failed = false) => {
    status.textContent = text;
    status.classList.toggle("example-failed", failed);
  };
  const print = (text, failed) => addEntry(output, textEntry(text, failed));
  const end = () => {
    frame?.remove();
    frame = undefined;
    if (document.activeElement === stop) run.focus();
    stop.hidden = true;
  };

  run.addEventListener("click", () => {
    end();
    output = element("ol", { tabIndex: 0, ariaLabel: texts.output });
    frames = element("ol", { tabIndex: 0, ariaLabel: texts.frames });
    frame = element("iframe", {
      className: "example-frame",
      title: label,
      src: new URL(`frame.html#${name}`, import.meta.url).href,
      hidden: !code.textContent.includes("phaser"),
    });
    result.replaceChildren(frame, ...titled(texts.output, output), ...titled(texts.frames, frames));
    result.hidden = false;
    stop.hidden = false;
    show(texts.running);
  });
  stop.addEventListener("click", () => {
    end();
    show(texts.stopped);
  });
  addEventListener("message", ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== location.origin) return;
    if (data.type === "line") print(data.text, data.level === "error");
    else if (data.type === "frame") addEntry(frames, frameEntry(data.frame));
    else if (data.type === "finished") {
      if (output.children.length === 0) print(texts.noOutput);
      if (frames.children.length === 0) addEntry(frames, textEntry(texts.noFrames));
      if (status.textContent === texts.running) show(texts.finished);
    } else if (data.type === "failed") {
      print(data.text, true);
      show(texts.failed, true);
    }
  });
}

[...document.querySelectorAll("code[data-example]")].forEach((code, index) =>
  addExample(code, index + 1),
);
