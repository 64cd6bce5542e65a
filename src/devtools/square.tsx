import type { ComponentChildren } from "preact";

/** A button with a sign in place of a text. */
export function Square({
  label,
  children,
  ...rest
}: {
  readonly name: string;
  readonly label: string;
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}) {
  return (
    <button type="button" class="square" aria-label={label} title={label} {...rest}>
      <span aria-hidden="true">{children}</span>
    </button>
  );
}
