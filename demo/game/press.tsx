import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { showToast } from "./toasts.js";

interface PressProps {
  readonly id?: string;
  readonly class?: string;
  readonly isEnabled?: boolean;
  readonly action: () => unknown;
  readonly children: ComponentChildren;
}

/** A button whose action may take time. It is never `disabled`, which would take the focus away. */
export function Press({ isEnabled = true, action, children, ...rest }: PressProps) {
  const [isBusy, setBusy] = useState(false);
  const press = async (event: MouseEvent) => {
    // The second click of a double click would hit what replaced the button.
    if (event.detail > 1 || isBusy || !isEnabled) return;
    setBusy(true);
    try {
      await action();
    } catch (error) {
      showToast(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <button
      {...rest}
      type="button"
      aria-disabled={isBusy || !isEnabled}
      aria-busy={isBusy}
      onClick={(event) => void press(event)}
    >
      {children}
    </button>
  );
}
