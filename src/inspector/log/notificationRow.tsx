import { texts } from "../language.js";
import { readable } from "../parts/json.js";
import { payloadOf } from "../send/form.js";

/** The fields GS2's service sends with a notification of this key, beside those it has. */
export function NotificationRow({ name, payload }: { name: string; payload: string }) {
  const say = texts.value;
  const fields = payloadOf(name);
  if (!fields) return <p class="note">{say.ownNotification}</p>;
  const values = readable(payload) as Readonly<Record<string, unknown>> | string | null;
  return (
    <section class="table-row" aria-labelledby="notification-row">
      <h3 id="notification-row">
        {say.notificationRow} <code>{name}</code>
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.field}</th>
            <th scope="col">{say.value}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(fields).map(([field, type]) => {
            const value = typeof values === "object" && values !== null ? values[field] : undefined;
            return (
              <tr key={field}>
                <th scope="row">
                  <code>{field}</code> <small>{type}</small>
                </th>
                <td>
                  <code>
                    {value === undefined
                      ? ""
                      : typeof value === "string"
                        ? value
                        : JSON.stringify(value)}
                  </code>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
