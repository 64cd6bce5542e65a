import { texts } from "../language.js";
import { readable } from "../parts/json.js";
import { payloadOf } from "../send/form.js";

/** The fields that GS2's service sends with this key, and their values in this notification. */
export function NotificationRow({ name, payload }: { name: string; payload: string }) {
  const t = texts.value;
  const fields = payloadOf(name);
  if (!fields) return <p class="note">{t.ownNotification}</p>;
  const values = readable(payload) as Readonly<Record<string, unknown>> | string | null;
  return (
    <section class="table-row" aria-labelledby="notification-row">
      <h3 id="notification-row">
        {t.notificationRow} <code>{name}</code>
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.field}</th>
            <th scope="col">{t.value}</th>
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
