import { pageConfig } from "../pageConfig.js";
import { texts } from "../language.js";
import { CopyButton } from "./copy.js";

/** The addresses a game connects to. */
export function Addresses() {
  const t = texts.value;
  const all = [
    [t.socketAddress, pageConfig.webSocket],
    [t.restAddress, pageConfig.rest],
  ] as const;
  return (
    <dl class="addresses" aria-label={t.addresses}>
      {all.map(([name, address]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{address}</code>
            <CopyButton text={() => address} label={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
