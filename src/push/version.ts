/** Of the package: page and worker file compare theirs. A test holds it against package.json. */
export const VERSION = "0.1.0";
