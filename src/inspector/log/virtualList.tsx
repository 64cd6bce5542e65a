import { useLayoutEffect, useRef, useState, type Dispatch, type StateUpdater } from "preact/hooks";
import type { ComponentChildren, RefObject } from "preact";

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

interface Viewport {
  readonly top: number;
  readonly height: number;
}

interface Scrolling {
  readonly box: RefObject<HTMLDivElement | null>;
  /** The visible part, as it will be after drawing. */
  readonly viewport: Viewport;
  readonly isFollowing: boolean;
  readonly onScroll: () => void;
  readonly scrollToRow: (index: number) => void;
  readonly scrollToEnd: () => void;
}

function useHeight(
  box: RefObject<HTMLDivElement | null>,
  set: Dispatch<StateUpdater<Viewport>>,
): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      set({ top: element.scrollTop, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

/** Follows the end of the list until the user scrolls away, and then stays at that row. */
function useScrolling<Item>(props: VirtualListProps<Item>): Scrolling {
  const { items, keyOf, rowHeight } = props;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const anchor = useRef<{ key: number; offset: number } | undefined>(undefined);
  const [{ top, height }, setViewport] = useState<Viewport>({ top: 0, height: 600 });
  const [isFollowing, setFollowing] = useState(true);
  useHeight(box, setViewport);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (isAtEnd.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current) {
      const { key, offset } = anchor.current;
      element.scrollTop = indexOfKey(items, keyOf, key) * rowHeight + offset;
    }
    if (element.scrollTop !== top)
      setViewport({ top: element.scrollTop, height: element.clientHeight });
  }, [items, rowHeight]);

  const onScroll = () => {
    if (!box.current) return;
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - rowHeight / 2;
    const first = items[Math.floor(scrollTop / rowHeight)];
    anchor.current =
      first === undefined ? undefined : { key: keyOf(first), offset: scrollTop % rowHeight };
    setFollowing(isAtEnd.current);
    setViewport({ top: scrollTop, height: clientHeight });
  };

  const scrollToRow = (index: number) => {
    const element = box.current;
    if (!element) return;
    const offset = index * rowHeight;
    if (offset < element.scrollTop) element.scrollTop = offset;
    else if (offset + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = offset + rowHeight - element.clientHeight;
    }
    onScroll();
  };

  const scrollToEnd = () => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    onScroll();
    element.focus();
  };

  const lastTop = Math.max(0, items.length * rowHeight - height);
  const viewport = { top: isAtEnd.current ? lastTop : top, height };
  return { box, viewport, isFollowing, onScroll, scrollToRow, scrollToEnd };
}

/** A list box that draws only its visible rows. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, keyOf, rowHeight, selectedKey } = props;
  const { box, viewport, isFollowing, onScroll, scrollToRow, scrollToEnd } = useScrolling(props);
  const { top, height } = viewport;
  const found = selectedKey === undefined ? -1 : indexOfKey(items, keyOf, selectedKey);
  const candidate = items[found];
  const selected =
    candidate !== undefined && keyOf(candidate) === selectedKey ? candidate : undefined;

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const here = selected === undefined ? items.length : found;
    const steps: Record<string, number> = {
      ArrowUp: here - 1,
      ArrowDown: here + 1,
      PageUp: here - page,
      PageDown: here + page,
      Home: 0,
      End: items.length - 1,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const index = Math.max(0, Math.min(items.length - 1, step));
      const item = items[index];
      if (item !== undefined) {
        scrollToRow(index);
        props.onSelect(item);
      }
    } else if ((event.key === "Enter" || event.key === " ") && selected !== undefined) {
      props.onOpen(selected);
    } else return;
    event.preventDefault();
  };

  const from = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const to = Math.min(items.length, Math.ceil((top + height) / rowHeight) + SPARE);
  const isSelectedDrawn = selected !== undefined && found >= from && found < to;
  return (
    <div class="list-frame">
      <div
        class="list"
        role="listbox"
        tabIndex={0}
        ref={box}
        aria-label={props.label}
        aria-activedescendant={isSelectedDrawn ? `row-${selectedKey}` : undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div
          class="list-whole"
          role="presentation"
          style={{ height: `${items.length * rowHeight}px` }}
        >
          {items.slice(from, to).map((item, index) => (
            <ListRow key={keyOf(item)} list={props} item={item} index={from + index} />
          ))}
        </div>
      </div>
      {!isFollowing && (
        <button type="button" class="to-end" onClick={scrollToEnd}>
          {props.toEnd}
        </button>
      )}
    </div>
  );
}

function ListRow<Item>({
  list,
  item,
  index,
}: {
  list: VirtualListProps<Item>;
  item: Item;
  index: number;
}) {
  const { items, keyOf, rowHeight, selectedKey } = list;
  const key = keyOf(item);
  return (
    <div
      id={`row-${key}`}
      class="row"
      role="option"
      aria-selected={key === selectedKey}
      aria-setsize={items.length}
      aria-posinset={index + 1}
      style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
      onClick={() => {
        list.onSelect(item);
        list.onOpen(item);
      }}
    >
      {list.renderItem(item)}
    </div>
  );
}
