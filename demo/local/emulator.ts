// What only the local gateway has, at its own addresses: a game on GS2 leaves this file out.
import type { DevicePush, EmulatorFault, EmulatorFaultReport } from "gs2-gateway/emulator";

/** The demo's address after `npm start`. */
export const startedAt = "http://127.0.0.1:9480/demo/";

/** Whether this page comes from `npm start`: another file server has no emulator. */
export async function isEmulatorHere(): Promise<boolean> {
  try {
    const { ok, headers } = await fetch("/_emulator/ready");
    return ok && (headers.get("content-type") ?? "").includes("json");
  } catch {
    return false;
  }
}

/** The faults of the network; replaces them by those that are given. */
export async function requestFaults(
  faults?: readonly EmulatorFault[],
): Promise<readonly EmulatorFaultReport[]> {
  const response = await fetch("/_emulator/faults", {
    ...(faults && { method: "PUT", body: JSON.stringify({ faults }) }),
  });
  return ((await response.json()) as { faults: EmulatorFaultReport[] }).faults;
}

/** The next push for this device: undefined where there was none for a while. */
export async function takePush(token: string): Promise<DevicePush | undefined> {
  const body = JSON.stringify({ token, timeoutMs: 20_000 });
  const response = await fetch("/_emulator/pushes/take", { method: "POST", body });
  if (response.status === 204) return undefined;
  if (!response.ok) throw new Error(`The emulator answers ${response.status}`);
  return ((await response.json()) as { item: DevicePush }).item;
}
