import { payloadOf, type LocalMessage, type ReadPush } from "./message.js";

/** One text for all, or one for each locale: `{ en: "Match found", ja: "..." }`. */
export type LocalText = string | Readonly<Record<string, string>>;

/**
 * How a push is shown. `{name}` in a text is replaced by that field of the payload, `{a.b}` by a
 * nested one. A missing field is replaced by an empty text, in the path of an address by `-`.
 */
export interface PushTemplate {
  readonly title: LocalText;
  readonly body?: LocalText | undefined;
  /** Address of an image, relative to the page's base. */
  readonly icon?: string | undefined;
  /** A notification replaces an older one with the same tag. Default: a tag for each push. */
  readonly tag?: string | undefined;
  /**
   * Opened by a click when the game is not open. Relative to the page's base, on the same origin.
   * Default: the base.
   */
  readonly link?: string | undefined;
}

/** Templates by notification key; `*` for all other keys. */
export type PushTemplates = Readonly<Record<string, PushTemplate>>;

/** @internal */
export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly icon: string | undefined;
  readonly tag: string;
  readonly link: string | undefined;
}

/** The best of these locales: the wanted one, its language, English, the first. */
export function bestLocale(locales: readonly string[], wanted: string): string | undefined {
  const language = (locale: string): string => locale.toLowerCase().split(/[-_]/)[0]!;
  const same = (locale: string): boolean =>
    locale.toLowerCase().replace("_", "-") === wanted.toLowerCase().replace("_", "-");
  return (
    locales.find(same) ??
    locales.find((locale) => language(locale) === language(wanted)) ??
    locales.find((locale) => language(locale) === "en") ??
    locales[0]
  );
}

function localText(text: LocalText | undefined, locale: string): string {
  if (text === undefined || typeof text === "string") return text ?? "";
  const best = bestLocale(Object.keys(text), locale);
  return best === undefined ? "" : (text[best] ?? "");
}

/** Replaces `{name}` by the fields of a payload. `at` is where in the template it stands. */
export function fill(
  template: string,
  payload: unknown,
  encode = (value: string, _at: number) => value,
): string {
  return template.replace(/\{([\w.-]+)\}/g, (_, path: string, at: number) => {
    let value: unknown = payload;
    for (const name of path.split(".")) {
      value =
        typeof value === "object" && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined;
    }
    const isPlain =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return encode(isPlain ? String(value) : "", at);
  });
}

/** The same for an address. In its path, a value of dots alone, or none, becomes `-`. */
function fillAddress(template: string, payload: unknown): string {
  const pathLength = template.search(/[?#]|$/);
  return fill(template, payload, (value, at) =>
    // `..` would climb, encoded or not, and nothing between two slashes begin a host.
    at < pathLength && /^\.*$/.test(value) ? "-" : encodeURIComponent(value),
  );
}

/**
 * The text of a push: from its key's template, else the server's texts by locale, else those of the
 * message, else the template `*`, else its key.
 */
export function show(push: ReadPush, templates: PushTemplates = {}, locale = "en"): Shown {
  const { key, messages, title, body, icon, link, id } = push;
  const payload = payloadOf(push);
  const own = Object.hasOwn(templates, key) ? templates[key] : undefined;
  const local = own ? undefined : localMessage(messages, locale);
  const template = own ?? (local === undefined && title === undefined ? templates["*"] : undefined);
  const text = template
    ? {
        title: fill(localText(template.title, locale), payload),
        body: fill(localText(template.body, locale), payload),
      }
    : local
      ? { title: local.title, body: local.message }
      : { title: title ?? key, body: body ?? "" };
  return {
    ...text,
    // Without a title, browsers show the address of the site.
    title: text.title || key || push.payload,
    icon: template?.icon === undefined ? icon : fillAddress(template.icon, payload),
    tag:
      template?.tag === undefined
        ? `gs2-gateway:${id ?? `${key}:${push.payload}`}`
        : fill(template.tag, payload),
    link: template?.link === undefined ? link : fillAddress(template.link, payload),
  };
}

function localMessage(messages: readonly LocalMessage[], locale: string): LocalMessage | undefined {
  const best = bestLocale(
    messages.map((one) => one.locale),
    locale,
  );
  return messages.find((one) => one.locale === best);
}
