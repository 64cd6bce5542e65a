import { toast } from "../app.js";
import { texts } from "../language.js";

/** Runs an action of the emulator and shows its outcome as a toast. */
export async function act(
  action: () => Promise<unknown>,
  then: () => void = () => {},
): Promise<boolean> {
  try {
    await action();
    toast(texts.value.done);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    toast(`${texts.value.actionFailed}: ${message}`, true);
    return false;
  } finally {
    then();
  }
}
