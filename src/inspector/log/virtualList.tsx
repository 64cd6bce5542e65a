import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

interface VirtualListProps<Item> {
  readonly items: readonly Item[];
  /** Increases from item to item. */
  readonly keyOf: (item: Item) => number;
  readonly rowHeight: number;
  readonly selectedKey: number | undefined;
  readonly label: string;
  readonly onSelect: (item: Item) => void;
  readonly onOpen: (item: Item) => void;
  readonly renderItem: (item: Item) => ComponentChildren;
  /** Label of the button that scrolls to the end. */
  readonly toEnd: string;
}

/** Rows drawn above and below the visible ones. */
const SPARE = 6;

function indexOfKey<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => number,
  key: number,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(items[middle]!) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A list box that draws only its visible rows. It follows its end until the user scrolls away, and then stays at that row. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, keyOf, rowHeight, selectedKey } = props;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const anchor = useRef<{ key: number; offset: number } | undefined>(undefined);
  const [{ top, height }, setView] = useState({ top: 0, height: 600 });
  const [isFollowing, setFollowing] = useState(true);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setView({ top: element.scrollTop, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current) {
      const { key, offset } = anchor.current;
      element.scrollTop = indexOfKey(items, keyOf, key) * rowHeight + offset;
    }
    if (element.scrollTop !== top)
      setView({ top: element.scrollTop, height: element.clientHeight });
  }, [items, rowHeight]);

  const updateView = (element: HTMLDivElement) => {
    const { scrollTop, clientHeight, scrollHeight } = element;
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight / 2;
    const first = items[Math.floor(scrollTop / rowHeight)];
    anchor.current =
      first === undefined ? undefined : { key: keyOf(first), offset: scrollTop % rowHeight };
    setFollowing(isAtEnd.current);
    setView({ top: scrollTop, height: clientHeight });
  };

  const goTo = (index: number) => {
    const element = box.current;
    const item = items[Math.max(0, Math.min(items.length - 1, index))];
    if (!element || item === undefined) return;
    const offset = indexOfKey(items, keyOf, keyOf(item)) * rowHeight;
    if (offset < element.scrollTop) element.scrollTop = offset;
    else if (offset + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = offset + rowHeight - element.clientHeight;
    }
    updateView(element);
    props.onSelect(item);
  };

  const goToEnd = () => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    updateView(element);
    element.focus();
  };

  const selectedIndex = selectedKey === undefined ? -1 : indexOfKey(items, keyOf, selectedKey);
  const isSelectedHere =
    selectedIndex >= 0 &&
    items[selectedIndex] !== undefined &&
    keyOf(items[selectedIndex]) === selectedKey;

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const here = isSelectedHere ? selectedIndex : items.length;
    const steps: Record<string, number> = {
      ArrowUp: here - 1,
      ArrowDown: here + 1,
      PageUp: here - page,
      PageDown: here + page,
      Home: 0,
      End: items.length - 1,
    };
    const step = steps[event.key];
    const selected = isSelectedHere ? items[selectedIndex] : undefined;
    if (step !== undefined) goTo(step);
    else if ((event.key === "Enter" || event.key === " ") && selected !== undefined) {
      props.onOpen(selected);
    } else return;
    event.preventDefault();
  };

  // At the end, the position after drawing is known before.
  const visibleFrom = isAtEnd.current ? Math.max(0, items.length * rowHeight - height) : top;
  const from = Math.max(0, Math.floor(visibleFrom / rowHeight) - SPARE);
  const to = Math.min(items.length, Math.ceil((visibleFrom + height) / rowHeight) + SPARE);
  const isSelectedDrawn = isSelectedHere && selectedIndex >= from && selectedIndex < to;
  return (
    <div class="list-frame">
      <div
        class="list"
        role="listbox"
        tabIndex={0}
        ref={box}
        aria-label={props.label}
        aria-activedescendant={isSelectedDrawn ? `row-${selectedKey}` : undefined}
        onScroll={(event) => updateView(event.currentTarget)}
        onKeyDown={onKeyDown}
      >
        <div
          class="list-whole"
          role="presentation"
          style={{ height: `${items.length * rowHeight}px` }}
        >
          {items.slice(from, to).map((item, index) => {
            const key = keyOf(item);
            return (
              <div
                key={key}
                id={`row-${key}`}
                class="row"
                role="option"
                aria-selected={key === selectedKey}
                aria-setsize={items.length}
                aria-posinset={from + index + 1}
                style={{
                  height: `${rowHeight}px`,
                  transform: `translateY(${(from + index) * rowHeight}px)`,
                }}
                onClick={() => {
                  props.onSelect(item);
                  props.onOpen(item);
                }}
              >
                {props.renderItem(item)}
              </div>
            );
          })}
        </div>
      </div>
      {!isFollowing && (
        <button type="button" class="to-end" onClick={goToEnd}>
          {props.toEnd}
        </button>
      )}
    </div>
  );
}
