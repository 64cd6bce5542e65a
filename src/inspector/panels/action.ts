import { tell } from "../app.js";
import { texts } from "../language.js";

/** Does something at the emulator and tells how it went. */
export async function act(
  does: () => Promise<unknown>,
  then: () => void = () => {},
): Promise<boolean> {
  try {
    await does();
    tell(texts.value.done);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    tell(`${texts.value.actionFailed}: ${why}`, true);
    return false;
  } finally {
    then();
  }
}
