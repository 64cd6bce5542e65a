/** Colours of the sky; style.css has those of the page. */
export const palette = {
  night: 0x141a3c,
  cell: 0x222b5c,
  line: 0x35407d,
  star: 0xfff3c4,
  gold: 0xffc94d,
  comet: 0xff6f91,
  tail: 0x8f4a9e,
  cloud: 0xb9c3ec,
  cursor: 0x6fe3d4,
  dust: 0x8d99d6,
} as const;

/** One for each seat. */
export const seatColours = ["#ffd166", "#6fe3d4", "#ff8fab", "#b79cff"] as const;
