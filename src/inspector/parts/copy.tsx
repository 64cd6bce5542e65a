import { toast } from "../app.js";
import { texts } from "../language.js";
import { Icon } from "./icon.js";

async function copyText(text: string): Promise<void> {
  const isCopied = await writeClipboard(text);
  toast(isCopied ? texts.value.copied : texts.value.copyFailed, !isCopied);
}

async function writeClipboard(text: string): Promise<boolean> {
  // Outside loopback (a phone on the same network) the page is not a secure context and has no
  // clipboard.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    const isWritten = await clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    if (isWritten) return true;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  // Nothing else copies outside a secure context.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const isCopied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

export function CopyButton({ text, label }: { text: () => string; label?: string }) {
  const { copy } = texts.value;
  const name = label === undefined ? copy : `${copy}: ${label}`;
  return (
    <button
      type="button"
      class="quiet square"
      aria-label={name}
      title={name}
      onClick={() => void copyText(text())}
    >
      <Icon name="copy" />
    </button>
  );
}
