export function drawRooms(): string;
export function drawnRooms(): string | undefined;
