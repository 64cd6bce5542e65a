import net from "node:net";

/** A TCP proxy whose connections can become half-open: neither side gets a close. */
export interface TcpProxy {
  readonly url: string;
  /** Drops all further data of the open connections, in both directions. New ones work. */
  freeze(): void;
  /** Destroys every connection, as a failing network does. */
  disconnectAll(): void;
  stop(): Promise<void>;
}

export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const connections = new Set<{ frozen: boolean; readonly ends: readonly net.Socket[] }>();
  const proxy = net.createServer((client) => {
    const server = net.connect(targetPort, "127.0.0.1");
    const connection = { frozen: false, ends: [client, server] };
    connections.add(connection);
    const pipe = (from: net.Socket, to: net.Socket) => {
      from.on("data", (data) => {
        if (!connection.frozen) to.write(data);
      });
      from.on("error", () => {});
      from.on("close", () => {
        if (!connection.frozen) to.destroy();
        connections.delete(connection);
      });
    };
    pipe(client, server);
    pipe(server, client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const disconnectAll = () => {
    for (const { ends } of [...connections]) ends.forEach((end) => end.destroy());
  };
  return {
    url: `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`,
    freeze() {
      for (const connection of connections) connection.frozen = true;
    },
    disconnectAll,
    stop: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve());
        disconnectAll();
      }),
  };
}
