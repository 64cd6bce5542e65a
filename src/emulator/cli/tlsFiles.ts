import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { TlsPair } from "../options.js";
import { covers, makeCertificate, namesOf } from "../server/tls.js";
import { invalid } from "../settings.js";

export interface TlsFlags {
  /** A folder, or true for the usual one. */
  readonly tls?: string | true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly host?: string;
  readonly allowHost?: readonly string[];
}

interface FoundTls {
  readonly pair: TlsPair;
  /** The file of a certificate that was made here, and is to be trusted. */
  readonly made?: string;
}

/** The certificate that the flags name, or one made before, or a new one. */
export async function findTls(flags: TlsFlags): Promise<FoundTls | undefined> {
  const { tls, tlsCert, tlsKey } = flags;
  if (tlsCert !== undefined || tlsKey !== undefined) {
    if (tlsCert === undefined || tlsKey === undefined) {
      throw invalid("--tls-cert and --tls-key belong together: a certificate and its key.");
    }
    if (tls !== undefined) throw invalid("--tls makes a certificate, --tls-cert names one.");
    return { pair: { cert: readPem("--tls-cert", tlsCert), key: readPem("--tls-key", tlsKey) } };
  }
  if (tls === undefined) return undefined;
  const folder = resolve(tls === true ? join(homedir(), ".gs2-gateway", "tls") : tls);
  return keptCertificate(folder, namesOf(flags.host, flags.allowHost));
}

/** A certificate has to be trusted once, so it is kept and used again. */
async function keptCertificate(folder: string, names: readonly string[]): Promise<FoundTls> {
  const [made, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  try {
    const kept = { cert: readFileSync(made, "utf8"), key: readFileSync(keyFile, "utf8") };
    if (covers(kept.cert, names)) return { pair: kept, made };
  } catch {
    // There is none yet.
  }
  const pair = await makeCertificate(names);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    write(keyFile, pair.key, 0o600);
    write(made, pair.cert, 0o644);
  } catch (error) {
    throw invalid(`The certificate cannot be kept in ${folder} (${codeOf(error)}).`);
  }
  return { pair, made };
}

/** Never through a link that lies in the file's place. */
function write(file: string, text: string, mode: number): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { flag: "wx", mode });
}

function readPem(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(`${flag}: ${file} cannot be read (${codeOf(error)}).`);
  }
}

const codeOf = (error: unknown): string =>
  (error as { readonly code?: string }).code ?? "unknown reason";

/** The command after which browsers and .NET on this machine trust the certificate. */
export function trustCommand(file: string, platform: NodeJS.Platform = process.platform): string {
  switch (platform) {
    case "win32":
      return `certutil -user -addstore Root "${file}"`;
    case "darwin":
      return `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "${file}"`;
    default:
      return `sudo cp "${file}" /usr/local/share/ca-certificates/gs2-gateway.crt && sudo update-ca-certificates`;
  }
}
