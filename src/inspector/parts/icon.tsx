const paths = {
  up: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  dot: "M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3",
  warning: "M8 2.5 14 13H2L8 2.5M8 6.5v3M8 11.4v.1",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.5 12 8l-7 4.5Z",
  clear: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9",
  save: "M8 2.5v7M4.8 6.6 8 9.8l3.2-3.2M3 13h10",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8Z",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5 5 8l4.5 4.5",
  forward: "M6.5 3.5 11 8l-4.5 4.5",
  send: "M2.5 8 13.5 3l-3 10.5L7.8 9Z",
  log: "M3 4h10M3 8h10M3 12h6",
  players: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M3.5 13.5c.3-2.6 2-4 4.5-4s4.2 1.4 4.5 4",
  outbox: "M4.5 2.5h7v11h-7ZM7 11.5h2",
  state:
    "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M2.5 8h11M8 2.5c3 3 3 8 0 11M8 2.5c-3 3-3 8 0 11",
  faults: "M9 2 4 9h3.5L6.5 14 12 6.5H8.5Z",
  theme: "M8 2.5v11a5.5 5.5 0 0 1 0-11M8 2.5a5.5 5.5 0 0 1 0 11",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3 1v-5Z",
  again: "M12.5 6A5 5 0 1 0 13 9M13 2.5V6H9.5",
} as const;

export type IconName = keyof typeof paths;

/** Decorative: beside a label, or in a button that has one. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
