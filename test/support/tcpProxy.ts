import net from "node:net";

/** A line between client and server that can go dead without telling either. */
export interface TcpProxy {
  readonly url: string;
  /** From here on every open line swallows what is sent, in both directions; new ones work. */
  freeze(): void;
  /** Cuts every line as a failing network does. */
  cut(): void;
  stop(): Promise<void>;
}

export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const lines = new Set<{ dead: boolean; readonly ends: readonly net.Socket[] }>();
  const proxy = net.createServer((client) => {
    const server = net.connect(targetPort, "127.0.0.1");
    const line = { dead: false, ends: [client, server] };
    lines.add(line);
    const pipe = (from: net.Socket, to: net.Socket) => {
      from.on("data", (data) => {
        if (!line.dead) to.write(data);
      });
      from.on("error", () => {});
      from.on("close", () => {
        if (!line.dead) to.destroy();
        lines.delete(line);
      });
    };
    pipe(client, server);
    pipe(server, client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const { ends } of [...lines]) ends.forEach((end) => end.destroy());
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`,
    freeze() {
      for (const line of lines) line.dead = true;
    },
    cut,
    stop: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        cut();
      }),
  };
}
