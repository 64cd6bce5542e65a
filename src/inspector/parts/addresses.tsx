import { facts } from "../facts.js";
import { texts } from "../language.js";
import { CopyButton } from "./copy.js";

/** Where a game connects to. */
export function Addresses() {
  const say = texts.value;
  const all = [
    [say.socketAddress, facts.webSocket],
    [say.restAddress, facts.rest],
  ] as const;
  return (
    <dl class="addresses" aria-label={say.addresses}>
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
