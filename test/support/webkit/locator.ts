import type { WebKitPage } from "./page.js";
import { untilResolved } from "./driver.js";
import { SELECTOR_SCRIPT } from "./selectors.js";

type State = "visible" | "hidden" | "attached" | "detached";
interface Timeout {
  timeout?: number;
}

/** The part of Playwright's `Locator` that the tests use. */
export class WebKitLocator {
  constructor(
    private readonly page: WebKitPage,
    private readonly selector: string,
  ) {}

  first(): WebKitLocator {
    return new WebKitLocator(this.page, `${this.selector} >> nth=0`);
  }

  count(): Promise<number> {
    return this.read((elements) => elements.length);
  }

  isVisible(): Promise<boolean> {
    return this.read((elements, isShown) => elements.length > 0 && isShown(elements[0]!));
  }

  async waitFor({ state = "visible", timeout = 15_000 }: Timeout & { state?: State } = {}) {
    await untilResolved(
      `${this.selector} is ${state}`,
      async () => {
        if (state === "attached") return (await this.count()) > 0;
        if (state === "detached") return (await this.count()) === 0;
        return (await this.isVisible()) === (state === "visible");
      },
      timeout,
    );
  }

  async innerText(): Promise<string> {
    await this.waitFor({ state: "attached" });
    return this.read((elements) => (elements[0] as HTMLElement).innerText);
  }

  allInnerTexts(): Promise<string[]> {
    return this.read((elements) => elements.map((one) => (one as HTMLElement).innerText));
  }

  async evaluate<R, A>(callback: (element: Element, argument?: A) => R, argument?: A) {
    await this.waitFor({ state: "attached" });
    return this.page.evaluateSource<R>(
      `(argument) => { ${SELECTOR_SCRIPT} return (${callback.toString()})(__tests.selectAll(${JSON.stringify(this.selector)})[0], argument); }`,
      argument,
    );
  }

  evaluateAll<R>(callback: (elements: Element[]) => R): Promise<R> {
    return this.read(callback);
  }

  getAttribute(name: string): Promise<string | null> {
    return this.evaluate((element, attribute) => element.getAttribute(attribute!), name);
  }

  inputValue(): Promise<string> {
    return this.evaluate((element) => (element as HTMLInputElement).value);
  }

  async focus(): Promise<void> {
    await this.evaluate((element) => (element as HTMLElement).focus());
  }

  async boundingBox() {
    return this.evaluate((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    });
  }

  async click({ timeout = 15_000 }: Timeout = {}): Promise<void> {
    await this.waitFor({ timeout });
    // An element that moves or is covered can be clicked a moment later.
    let last: unknown;
    await untilResolved(
      `${this.selector} can be clicked`,
      () =>
        this.page.clickFirst(this.selector).then(
          () => true,
          (error: unknown) => {
            last = error;
            return false;
          },
        ),
      timeout,
    ).catch((error: unknown) => {
      throw new Error(String(error), { cause: last });
    });
  }

  async fill(text: string): Promise<void> {
    await this.waitFor();
    await this.evaluate((element, value) => {
      const input = element as HTMLInputElement;
      input.focus();
      const { prototype } = input.constructor as { prototype: object };
      Object.getOwnPropertyDescriptor(prototype, "value")!.set!.call(input, value);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }, text);
  }

  async check(): Promise<void> {
    if (!(await this.evaluate((element) => (element as HTMLInputElement).checked))) {
      await this.click();
    }
  }

  private read<R>(callback: (elements: Element[], isShown: (one: Element) => boolean) => R) {
    return this.page.evaluateSource<R>(
      `() => { ${SELECTOR_SCRIPT} return (${callback.toString()})(__tests.selectAll(${JSON.stringify(this.selector)}), __tests.isShown); }`,
    );
  }
}
