// WebKitWebDriver by its W3C endpoints: https://www.w3.org/TR/webdriver2/
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { findWebKit } from "../engines.mjs";

export class WebDriverError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

interface Reply {
  readonly value: unknown;
}

/** One WebKitWebDriver process, which holds one session at a time. */
export class WebDriver {
  private sessionPath = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly origin: string,
  ) {}

  static async start(env: NodeJS.ProcessEnv): Promise<WebDriver> {
    const binary = findWebKit();
    if (binary === undefined) throw new Error("No WebKitWebDriver: run npm run test:setup");
    const port = await freePort();
    const child = spawn(binary, [`--port=${port}`], { env, stdio: "ignore" });
    const driver = new WebDriver(child, `http://127.0.0.1:${port}`);
    await untilResolved("WebKitWebDriver listens", () =>
      fetch(`${driver.origin}/status`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return driver;
  }

  /** @returns the version of the browser */
  async openSession(capabilities: object): Promise<string> {
    const { sessionId, capabilities: actual } = (await this.request("POST", "/session", {
      capabilities: { alwaysMatch: capabilities },
    })) as { sessionId: string; capabilities: { browserVersion: string } };
    this.sessionPath = `/session/${sessionId}`;
    return actual.browserVersion;
  }

  async closeSession(): Promise<void> {
    await this.request("DELETE", this.sessionPath);
  }

  get<T>(path: string): Promise<T> {
    return this.request("GET", this.sessionPath + path) as Promise<T>;
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.request("POST", this.sessionPath + path, body) as Promise<T>;
  }

  delete(path: string): Promise<unknown> {
    return this.request("DELETE", this.sessionPath + path);
  }

  stop(): void {
    this.process.kill();
  }

  private async request(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.origin + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as Reply;
    if (response.ok) return value;
    const { error, message } = value as { error: string; message: string };
    throw new WebDriverError(error, message);
  }
}

/** Polls until `read` resolves with neither undefined nor false. */
export async function untilResolved<T>(
  condition: string,
  read: () => Promise<T | undefined | false>,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let delayMs = 2; ; delayMs = Math.min(50, delayMs * 2)) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms until ${condition}.`);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A display with a window manager, without which windows cannot be minimised. */
export async function startDisplay(): Promise<{ name: string; stop(): void }> {
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "2600x1600x24"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const name = await new Promise<string>((resolve, reject) => {
    screen.on("error", reject);
    screen.stdio[3]!.once("data", (number) => resolve(`:${String(number).trim()}`));
  });
  const windows = spawn("openbox", ["--sm-disable"], {
    env: { ...process.env, DISPLAY: name },
    stdio: "ignore",
  });
  return {
    name,
    stop() {
      windows.kill();
      screen.kill();
    },
  };
}
